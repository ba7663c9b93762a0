//! How far packed bytes can unpack at most, by which lengths that cannot be true are told.

/// Ways in which columns are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Snappy,
    Deflate,
    Lz4,
    Zstd,
}

/// Bytes that even an empty input may unpack to; generous.
const FREE_BYTES: u64 = 1 << 16;

/// Whether `packed` bytes can unpack to as many as `unpacked`.
///
/// The bounds are those of the formats: Snappy copies 64 bytes by 3, deflate 258 by 2 bits, LZ4 adds 255 a byte,
/// and Zstandard repeats one byte 128 Ki times by a block of 4.
pub(super) fn unpacks_to(packing: Packing, packed: u64, unpacked: u64) -> bool {
    let times = match packing {
        Packing::Snappy => 22,
        Packing::Deflate => 1032,
        Packing::Lz4 => 255,
        Packing::Zstd => 32_768,
    };
    unpacked <= packed.saturating_mul(times).saturating_add(FREE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_packs_best_is_believed() {
        let zeros = vec![0; 50_000_000];
        let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packed, &zeros).unwrap();
        let packed = packed.finish().unwrap().len() as u64;
        assert!(unpacks_to(Packing::Deflate, packed, zeros.len() as u64));
        assert!(!unpacks_to(Packing::Deflate, packed, 2 * zeros.len() as u64));
        assert!(unpacks_to(Packing::Zstd, 0, 1000));
        assert!(!unpacks_to(
            Packing::Snappy,
            u64::from(u16::MAX),
            u64::from(u32::MAX)
        ));
        assert!(unpacks_to(Packing::Lz4, u64::MAX, u64::MAX));
    }
}
