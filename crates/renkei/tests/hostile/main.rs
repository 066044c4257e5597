#![cfg(test)]
//! Senders that mean harm, against the program itself over TCP: the right status, bounded memory, nothing stored, and
//! everybody else is served meanwhile.

mod bodies;
mod crowd;
mod heads;
mod served;

use served::Served;

#[test]
fn hostile_senders_harm_nobody() {
    let served = Served::start();
    let before = (served.patients(), served.memory());
    heads::odd_heads(&served);
    heads::pipelined(&served);
    heads::odd_searches(&served);
    bodies::too_large(&served);
    let small = served.memory().saturating_sub(before.1);
    bodies::many_large(&served);
    let large = served.memory().saturating_sub(before.1);
    eprintln!("{small} KiB more than before, with many large bodies {large}");
    bodies::too_much(&served);
    bodies::cut_into_pieces(&served);
    crowd::idle_and_slow(&served);
    crowd::large_and_slow(&served);
    assert_eq!(served.patients(), before.0, "nothing was stored");
    let grown = served.memory().saturating_sub(before.1);
    // 256 MiB of bodies at once, what is parsed of them, and what the allocator keeps.
    assert!(grown < 800 * 1024, "{grown} KiB more than before");
    let log = served.end();
    assert!(!log.contains("panicked"), "{log}");
}
