//! Reading a condition.

use super::term::{Arithmetic, Comparison, Term};

/// Most parts inside each other, so that no text uses up the stack.
const DEPTH_MAX: usize = 100;

const OPERAND: &str = "a number, a name, a text in quotes or (";

pub(super) fn parse(text: &str) -> Result<Term, String> {
    let mut reader = Reader { rest: text, depth: 0 };
    let term = reader.any()?;
    reader.blanks();
    if reader.rest.is_empty() {
        Ok(term)
    } else {
        Err(reader.expected("an operator"))
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn any(&mut self) -> Result<Term, String> {
        let mut term = self.all()?;
        while self.symbol("||") || self.word("or") {
            term = Term::Any(Box::new(term), Box::new(self.all()?));
        }
        Ok(term)
    }

    fn all(&mut self) -> Result<Term, String> {
        let mut term = self.not()?;
        while self.symbol("&&") || self.word("and") {
            term = Term::All(Box::new(term), Box::new(self.not()?));
        }
        Ok(term)
    }

    fn not(&mut self) -> Result<Term, String> {
        self.blanks();
        let negated = !self.rest.starts_with("!=") && self.symbol("!") || self.word("not");
        if negated {
            let term = self.deeper(Self::not)?;
            return Ok(Term::Not(Box::new(term)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Term, String> {
        const OPERATORS: [(&str, Comparison); 6] = [
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        let first = self.sum()?;
        match OPERATORS.iter().find(|(sign, _)| self.symbol(sign)) {
            Some((_, comparison)) => {
                let second = self.sum()?;
                Ok(Term::Compare(Box::new(first), *comparison, Box::new(second)))
            }
            None => Ok(first),
        }
    }

    fn sum(&mut self) -> Result<Term, String> {
        let mut term = self.product()?;
        loop {
            let operation = if self.symbol("+") {
                Arithmetic::Add
            } else if self.symbol("-") {
                Arithmetic::Subtract
            } else {
                return Ok(term);
            };
            term = Term::Calculate(Box::new(term), operation, Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Term, String> {
        let mut term = self.operand()?;
        loop {
            let operation = if self.symbol("*") {
                Arithmetic::Multiply
            } else if self.symbol("/") {
                Arithmetic::Divide
            } else {
                return Ok(term);
            };
            term = Term::Calculate(Box::new(term), operation, Box::new(self.operand()?));
        }
    }

    fn operand(&mut self) -> Result<Term, String> {
        if self.symbol("-") {
            let term = self.deeper(Self::operand)?;
            return Ok(Term::Negative(Box::new(term)));
        }
        if self.symbol("(") {
            let term = self.deeper(Self::any)?;
            return if self.symbol(")") {
                Ok(term)
            } else {
                Err(self.expected(")"))
            };
        }
        let Some(first) = self.rest.chars().next() else {
            return Err(self.expected(OPERAND));
        };
        match first {
            '"' | '\'' => self.quoted(first),
            '0'..='9' | '.' => self.number(),
            'a'..='z' | 'A'..='Z' | '_' => Ok(match self.take(is_of_name) {
                "true" => Term::Boolean(true),
                "false" => Term::Boolean(false),
                name => Term::Param(name.to_owned()),
            }),
            _ => Err(self.expected(OPERAND)),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Term, String> {
        let inside = &self.rest[quote.len_utf8()..];
        let Some((text, rest)) = inside.split_once(quote) else {
            return Err(self.expected("a text in quotes that ends"));
        };
        self.rest = rest;
        Ok(Term::Text(text.to_owned()))
    }

    fn number(&mut self) -> Result<Term, String> {
        let before = self.rest;
        let mut last = ' ';
        let text = self.take(|c| {
            let sign_of_exponent = matches!(c, '+' | '-') && matches!(last, 'e' | 'E');
            last = c;
            c.is_ascii_alphanumeric() || c == '.' || sign_of_exponent
        });
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Term::Number(value)),
            parsed => {
                self.rest = before;
                Err(self.expected(if parsed.is_ok() {
                    "a finite number"
                } else {
                    "a number"
                }))
            }
        }
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Term, String>) -> Result<Term, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("expected fewer parentheses and signs inside each other".to_owned());
        }
        let term = read(self)?;
        self.depth -= 1;
        Ok(term)
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Passes the sign if it comes next.
    fn symbol(&mut self, sign: &str) -> bool {
        self.blanks();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Passes the word if it comes next and is not the start of a longer one.
    fn word(&mut self, word: &str) -> bool {
        self.blanks();
        match self.rest.strip_prefix(word) {
            Some(rest) if !rest.starts_with(is_of_name) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn take(&mut self, mut wanted: impl FnMut(char) -> bool) -> &str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn expected(&self, what: &str) -> String {
        if self.rest.is_empty() {
            format!("expected {what} at its end")
        } else {
            let next: String = self.rest.chars().take(20).collect();
            format!("expected {what} before {next:?}")
        }
    }
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
