use std::time::Instant;
use threadx_indicators::*;
fn main() {
    let n = 1_000_000usize;
    let mut s = 1u64;
    let mut r = || {
        s = s
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((s >> 11) as f64) / ((1u64 << 53) as f64)
    };
    let mut p = 100.0;
    let x: Vec<f64> = (0..n)
        .map(|_| {
            p *= 1.0 + 0.01 * (r() - 0.5);
            (p * 100.0f64).round() / 100.0
        })
        .collect();
    let mut o = vec![0.0; n];
    let mut o2 = vec![0.0; n];
    let mut o3 = vec![0.0; n];
    let t = |name: &str, f: &mut dyn FnMut()| {
        let mut v: Vec<f64> = (0..400)
            .map(|_| {
                let a = Instant::now();
                f();
                a.elapsed().as_nanos() as f64 / n as f64
            })
            .collect();
        v.sort_by(f64::total_cmp);
        println!("{name} {:.2}", v[0]);
    };
    for per in [10usize, 14, 20, 30, 50, 200] {
        t(&format!("sma{per}"), &mut || {
            Sma::new(per).unwrap().fill(&x, &mut o[per - 1..]).unwrap()
        });
        t(&format!("wma{per}"), &mut || {
            Wma::new(per).unwrap().fill(&x, &mut o[per - 1..]).unwrap()
        });
        t(&format!("bb{per}"), &mut || {
            Bbands::new(per, 2.0)
                .unwrap()
                .fill(&x, &mut o[per - 1..], &mut o2[per - 1..], &mut o3[per - 1..])
                .unwrap()
        });
        t(&format!("ema{per}"), &mut || {
            Ema::new(per).unwrap().fill(&x, &mut o[per - 1..]).unwrap()
        });
    }
}
