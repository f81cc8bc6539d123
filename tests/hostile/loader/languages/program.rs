// A Rust program: threads that allocate, hand blocks over a channel and panic; 40 blocks of 1337 bytes are kept.
use std::sync::mpsc;

#[inline(never)]
fn keep_in_rust(count: usize) {
    for _ in 0..count {
        std::mem::forget(vec![1u8; 1337]);
    }
}

fn work(number: usize, sender: mpsc::Sender<String>) -> Result<(), Box<dyn std::any::Any + Send>> {
    for i in 0..1000 {
        sender.send(format!("{} {}", number, i)).unwrap();
    }
    keep_in_rust(10);
    std::panic::catch_unwind(|| std::panic::panic_any(7))
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let sender = sender.clone();
            std::thread::spawn(move || work(number, sender).is_err())
        })
        .collect();
    drop(sender);
    let bytes: usize = receiver.iter().map(|text| text.len()).sum();
    let panics = threads.into_iter().map(|t| t.join().unwrap()).filter(|&panicked| panicked).count();
    println!("{} bytes, {} panics", bytes, panics);
    std::process::exit(6);
}
