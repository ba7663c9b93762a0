//! Request models and their rules: Valid<T> is the only way in
