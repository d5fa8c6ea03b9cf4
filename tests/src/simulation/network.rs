//! The line between a device and the server: two sessions and the frames between them, which get lost, doubled, swapped and cut.

use std::collections::VecDeque;

use tradepost_replica::lock;
use tradepost_sync::{Output, Session, SessionState};

use super::node::Node;
use super::rng::Rng;

/// How badly the network behaves, in percent of frames.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// Frames lost.
    pub lost: u64,
    /// Frames that arrive twice.
    pub doubled: u64,
    /// Frames that overtake the one before.
    pub swapped: u64,
    /// Frames cut short.
    pub cut: u64,
}

impl Weather {
    /// A network that does what it should.
    pub const CALM: Self = Self { lost: 0, doubled: 0, swapped: 0, cut: 0 };
    /// A bad one.
    pub const ROUGH: Self = Self { lost: 2, doubled: 3, swapped: 3, cut: 1 };
}

/// How often an entry that was just stored is passed on at once, in percent of steps.
const FRESH_IN_TIME: u64 = 60;
/// How often what was stored ahead is applied before the next exchange, in percent of steps.
const APPLIED_IN_TIME: u64 = 50;

/// A line between a device and the server.
#[derive(Default)]
pub struct Link {
    ends: Option<(Session, Session)>,
    to_server: VecDeque<Vec<u8>>,
    to_device: VecDeque<Vec<u8>>,
    /// No frame passes.
    pub is_cut: bool,
    /// How many sessions it has seen.
    pub sessions: u64,
}

impl Link {
    /// Hangs up; what was on its way is gone.
    pub fn hang_up(&mut self) {
        self.ends = None;
        self.to_server.clear();
        self.to_device.clear();
    }

    /// The state in short, for a report.
    pub fn describe(&self) -> String {
        let states =
            self.ends.as_ref().map(|(device, server)| (device.state(), server.state(), device.counts(), server.counts()));
        format!(
            "{} sessions, {states:?}, {} and {} frames on their way",
            self.sessions,
            self.to_server.len(),
            self.to_device.len()
        )
    }

    /// Whether both ends say that they are in step.
    pub fn is_in_step(&self) -> bool {
        self.to_server.is_empty()
            && self.to_device.is_empty()
            && self
                .ends
                .as_ref()
                .is_some_and(|(device, server)| device.state() == SessionState::InStep && server.state() == SessionState::InStep)
    }

    /// Moves what can be moved: dials if nobody is on the line, polls both ends, carries a few frames.
    pub fn step(&mut self, device: &mut Node, server: &mut Node, weather: Weather, rng: &mut Rng) {
        let (Some(at_device), Some(at_server)) = (device.replica(), server.replica()) else {
            self.hang_up();
            return;
        };
        if self.is_cut {
            self.hang_up();
            return;
        }
        if self.ends.is_none() {
            let dialed = Session::dial(&lock(&at_device), &mut device.env);
            let Ok((session, outputs)) = dialed else { return };
            self.ends = Some((session, Session::accept()));
            self.sessions += 1;
            send(outputs, &mut self.to_server, weather, rng);
        }
        let Some((device_end, server_end)) = &mut self.ends else { return };
        let mut is_broken = false;
        // A program passes on what is fresh before it does anything else, or is late and leaves it to the poll.
        if rng.percent(FRESH_IN_TIME) {
            if let Some(entry) = device.fresh() {
                is_broken |= device_end.pass_on(&entry).map(|outputs| send(outputs, &mut self.to_server, weather, rng)).is_err();
            }
            if let Some(entry) = server.fresh() {
                is_broken |= server_end.pass_on(&entry).map(|outputs| send(outputs, &mut self.to_device, weather, rng)).is_err();
            }
        }
        // What was stored ahead is applied, or the program is slow, or never gets to it.
        for replica in [&at_device, &at_server] {
            if rng.percent(APPLIED_IN_TIME) {
                is_broken |= lock(replica).apply_ahead().is_err();
            }
        }
        match device_end.poll(&mut lock(&at_device), &mut device.env) {
            Ok(outputs) => send(outputs, &mut self.to_server, weather, rng),
            Err(_) => is_broken = true,
        }
        match server_end.poll(&mut lock(&at_server), &mut server.env) {
            Ok(outputs) => send(outputs, &mut self.to_device, weather, rng),
            Err(_) => is_broken = true,
        }
        for _ in 0..1 + rng.below(4) {
            if let Some(frame) = self.to_server.pop_front() {
                match server_end.receive(&frame, &mut lock(&at_server), &mut server.env) {
                    Ok(outputs) => send(outputs, &mut self.to_device, weather, rng),
                    Err(_) => is_broken = true,
                }
            }
            if let Some(frame) = self.to_device.pop_front() {
                match device_end.receive(&frame, &mut lock(&at_device), &mut device.env) {
                    Ok(outputs) => send(outputs, &mut self.to_server, weather, rng),
                    Err(_) => is_broken = true,
                }
            }
        }
        if is_broken {
            self.hang_up();
        }
    }
}

fn send(outputs: Vec<Output>, line: &mut VecDeque<Vec<u8>>, weather: Weather, rng: &mut Rng) {
    for output in outputs {
        let Output::Send(mut frame) = output else { continue };
        if rng.percent(weather.lost) {
            continue;
        }
        if rng.percent(weather.cut) {
            frame.truncate(rng.below(frame.len() as u64 + 1) as usize);
        }
        if rng.percent(weather.doubled) {
            line.push_back(frame.clone());
        }
        line.push_back(frame);
        let last = line.len();
        if last >= 2 && rng.percent(weather.swapped) {
            line.swap(last - 1, last - 2);
        }
    }
}
