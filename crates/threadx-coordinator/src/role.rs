//! Which pool the current thread belongs to.

use std::cell::Cell;

/// What a thread does for its pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Worker,
    Callback,
    Supervisor,
}

thread_local! {
    static ROLE: Cell<Option<(u64, Role)>> = const { Cell::new(None) };
}

/// From now on the current thread belongs to this pool.
pub(crate) fn enter(pool: u64, role: Role) {
    ROLE.set(Some((pool, role)));
}

/// What the current thread does for this pool.
pub(crate) fn of(pool: u64) -> Option<Role> {
    // A destructor of a thread-local may ask after `ROLE` has gone.
    let (own, role) = ROLE.try_with(Cell::get).ok().flatten()?;
    (own == pool).then_some(role)
}

/// Whether the current thread belongs to any pool.
pub(crate) fn is_any() -> bool {
    ROLE.try_with(Cell::get).ok().flatten().is_some()
}
