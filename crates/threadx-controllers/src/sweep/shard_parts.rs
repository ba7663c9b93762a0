//! The parts of shards that are put together.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Seek, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
};

use threadx_error::{DataError, Error, SweepError};

use super::{
    manifest::SweepManifest,
    part::{Checksum, Part},
    shard_file::{damaged, header},
};

/// The parts of shards, which may come in any order, overlap, and come twice. They stay in their files and are read
/// again when they are needed, so that what they hold takes no memory.
#[derive(Debug)]
pub(super) struct ShardParts {
    plan: String,
    files: Vec<PathBuf>,
    parts: BTreeMap<u64, Place>,
}

/// Where a part stands.
#[derive(Debug)]
struct Place {
    file: usize,
    /// Bytes before it.
    offset: u64,
    checksum: Checksum,
}

impl ShardParts {
    /// Looks through the shards of the sweep that `manifest` describes.
    ///
    /// # Errors
    ///
    /// [`SweepError::PlanChanged`] for the shard of another sweep, [`SweepError::DamagedFile`] for one that is not
    /// whole, [`SweepError::Conflict`] if two of them disagree.
    pub(super) fn read(files: &[PathBuf], manifest: &SweepManifest) -> Result<Self, Error> {
        let mut read = Self {
            plan: manifest.hash.clone(),
            files: files.to_vec(),
            parts: BTreeMap::new(),
        };
        for (file, path) in files.iter().enumerate() {
            read.add(file, path, manifest)?;
        }
        Ok(read)
    }

    fn add(&mut self, file: usize, path: &Path, manifest: &SweepManifest) -> Result<(), Error> {
        let mut lines = Lines::open(path, 0)?;
        let first = lines.next();
        lines.check(path)?;
        let header = header(first.as_deref(), path)?;
        header.plan.check(manifest, path)?;
        for _ in 0..header.parts {
            let offset = lines.offset;
            let part = match Part::decode(&self.plan, &mut lines) {
                Ok(part) => part,
                Err(rule) => {
                    lines.check(path)?;
                    return Err(damaged(path, rule).into());
                }
            };
            let positions = manifest.positions(part.index);
            if part.shard.covered() != std::slice::from_ref(&positions) {
                let rule = format!("its part {} does not have the points of the plan's", part.index);
                return Err(damaged(path, rule).into());
            }
            let place = Place {
                file,
                offset,
                checksum: part.checksum,
            };
            let known = self.parts.get(&part.index);
            if known.is_some_and(|known| known.checksum != place.checksum) {
                return Err(self.conflict(&part).into());
            }
            self.parts.insert(part.index, place);
        }
        Ok(())
    }

    /// The first point about which the part and the one that is known disagree.
    fn conflict(&self, part: &Part) -> SweepError {
        let known = self.load(part.index).map(|known| known.shard);
        let merged = known.unwrap_or_default().merge(part.shard.clone());
        merged.err().unwrap_or(SweepError::Conflict {
            position: part.shard.covered().first().map_or(0, |range| range.start),
        })
    }

    /// The part of that number; `None` if no shard has it, or its file has changed.
    pub(super) fn load(&self, index: u64) -> Option<Part> {
        let place = self.parts.get(&index)?;
        let mut lines = Lines::open(self.files.get(place.file)?, place.offset).ok()?;
        let part = Part::decode(&self.plan, &mut lines).ok()?;
        (part.checksum == place.checksum).then_some(part)
    }

    /// Refuses shards that lack parts of the plan.
    ///
    /// # Errors
    ///
    /// [`SweepError::MissingPoints`] with what is missing.
    pub(super) fn complete(&self, manifest: &SweepManifest) -> Result<(), SweepError> {
        let mut missing: Vec<Range<u64>> = Vec::new();
        for part in (0..manifest.parts()).filter(|part| !self.parts.contains_key(part)) {
            let range = manifest.positions(part);
            match missing.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => missing.push(range),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(SweepError::MissingPoints {
            missing,
            total: manifest.points,
        })
    }
}

/// The lines of a file, with the number of bytes before the next.
struct Lines {
    reader: BufReader<File>,
    offset: u64,
    failed: Option<io::Error>,
}

impl Lines {
    fn open(path: &Path, offset: u64) -> Result<Self, DataError> {
        let open = || {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            Ok(file)
        };
        let file = open().map_err(|source| DataError::Read {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            reader: BufReader::with_capacity(1 << 16, file),
            offset,
            failed: None,
        })
    }

    /// The failure that ended the lines, if it was one.
    fn check(&mut self, path: &Path) -> Result<(), Error> {
        match self.failed.take() {
            None => Ok(()),
            Some(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(damaged(path, "it is not text").into())
            }
            Some(source) => Err(DataError::Read {
                path: path.to_owned(),
                source,
            }
            .into()),
        }
    }
}

impl Iterator for Lines {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) => None,
            Ok(read) => {
                self.offset += read as u64;
                Some(line)
            }
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use threadx_engine::{PointOutcome, SweepPoint, SweepShard};

    use super::*;

    const POINTS: u64 = 10;

    /// A plan of ten points in parts of three.
    fn manifest(hash: &str) -> SweepManifest {
        let fingerprint = format!("blake3:{}", "0".repeat(64));
        serde_json::from_value(json!({
            "format": "threadx sweep plan 1", "hash": hash, "version": "1", "strategy": "own", "strategy_version": 1,
            "fingerprint": fingerprint, "warm_up_bars": 0, "points": POINTS, "part_points": 3, "request": {},
        }))
        .unwrap()
    }

    fn part(number: u64, positions: Range<u64>, error: &str) -> Part {
        let point = |position| SweepPoint {
            position,
            combination: position,
            outcome: PointOutcome::Failed(if position == 4 { error } else { "no bars" }.to_owned()),
        };
        let points = positions.clone().map(point).collect();
        Part::new("this plan", number, SweepShard::new(positions, points))
    }

    struct Folder(tempfile::TempDir);

    impl Folder {
        /// A shard of these parts of a plan.
        fn shard(&self, name: &str, hash: &str, parts: &[Part]) -> PathBuf {
            let header = json!({
                "format": "threadx sweep shard 1", "index": 0, "of": 1, "parts": parts.len(), "plan": manifest(hash),
            });
            let mut text = format!("{header}\n").into_bytes();
            for part in parts {
                text.extend(part.encode().unwrap());
            }
            let path = self.0.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        }
    }

    fn read(files: &[PathBuf]) -> Result<ShardParts, String> {
        ShardParts::read(files, &manifest("this plan")).map_err(|error| error.to_string())
    }

    #[test]
    fn parts_of_shards_in_any_order_and_twice_are_read_again_when_needed() {
        let folder = Folder(tempfile::tempdir().unwrap());
        let parts: Vec<Part> = (0..4)
            .map(|number| part(number, manifest("").positions(number), "a reason"))
            .collect();
        let first = folder.shard("first", "this plan", &parts[..2]);
        let second = folder.shard("second", "this plan", &parts[1..3]);
        let third = folder.shard("third", "this plan", &parts[3..]);
        let missing = read(&[third.clone(), first.clone()]).unwrap();
        let told = missing.complete(&manifest("")).unwrap_err().to_string();
        assert_eq!(told, "3 of 10 points are missing: 6 to 8");
        let all = read(&[third, second.clone(), first, second]).unwrap();
        all.complete(&manifest("")).unwrap();
        for (number, part) in (0..).zip(&parts) {
            assert_eq!(all.load(number).as_ref(), Some(part));
        }
        assert_eq!(all.load(4), None);
    }

    #[test]
    fn what_is_not_of_the_plan_or_not_whole_is_refused_with_the_reason() {
        let folder = Folder(tempfile::tempdir().unwrap());
        let of = |error: &str| [part(1, 3..6, error)];
        let one = folder.shard("one", "this plan", &of("a reason"));
        let other = folder.shard("other", "this plan", &of("another reason"));
        let told = |files: &[&PathBuf]| {
            let files: Vec<PathBuf> = files.iter().map(|file| (*file).clone()).collect();
            read(&files).unwrap_err()
        };
        assert_eq!(
            told(&[&one, &other]),
            "two shards disagree about point 4: they are not of one plan over the same bars"
        );
        let foreign = folder.shard("foreign", "another plan", &of("a reason"));
        assert!(told(&[&foreign]).ends_with("its plan is another plan and is this plan now"));
        let text = std::fs::read_to_string(&one).unwrap();
        let edited = folder.0.path().join("edited");
        std::fs::write(&edited, text.replace(r#""version":"1""#, r#""version":"2""#)).unwrap();
        assert!(told(&[&edited]).ends_with("the version of ThreadX was 2 and is 1"));
        let moved = folder.shard("moved", "this plan", &[part(1, 3..5, "a reason")]);
        assert!(told(&[&moved]).ends_with("its part 1 does not have the points of the plan's"));
        let text = std::fs::read(&one).unwrap();
        let cut = folder.0.path().join("cut");
        std::fs::write(&cut, &text[..text.len() - 20]).unwrap();
        assert!(told(&[&cut]).contains("point 1 is damaged"), "{}", told(&[&cut]));
        std::fs::write(&cut, [&text[..text.len() - 20], b"\xff\n"].concat()).unwrap();
        assert!(told(&[&cut]).ends_with("it is not text"));
        std::fs::write(&cut, b"\xff\n").unwrap();
        assert!(told(&[&one, &cut]).ends_with("it is not text"));
        std::fs::write(&cut, "").unwrap();
        assert!(told(&[&cut]).ends_with("it is empty"));
    }
}
