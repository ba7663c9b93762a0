//! Ctrl-C.

/// Waits until the process catches SIGINT, as the kernel tells it.
#[cfg(target_os = "linux")]
fn wait_until_it_catches_interrupts(pid: u32) {
    const SIGINT_BIT: u64 = 1 << 1;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let caught = status
            .lines()
            .find_map(|line| line.strip_prefix("SigCgt:"))
            .unwrap();
        if u64::from_str_radix(caught.trim(), 16).unwrap() & SIGINT_BIT != 0 {
            return;
        }
        std::thread::yield_now();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_while_nothing_runs_ends_with_130() {
    let mut child = crate::program::program()
        .args(["backtest", "--request", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Held open, so that the program goes on waiting for a request.
    let stdin = child.stdin.take();
    wait_until_it_catches_interrupts(child.id());
    let pid = child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let code = child.wait().unwrap().code();
    drop(stdin);
    assert_eq!(code, Some(130));
}
