//! Stories of the care plane, each told on SQLite and on PostgreSQL.

mod booking;
mod draft;
mod overdue;
mod patient;
mod region;
mod stranger;
mod whole_loop;
