//! The program `threadx` with the built-in strategies.

fn main() -> std::process::ExitCode {
    threadx_cli::main_with(threadx::engine::StrategyRegistry::built_in())
}
