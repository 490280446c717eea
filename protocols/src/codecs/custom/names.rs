//! The tables of names that have crossed: the same one at the end that sends and at the end that receives.

use server_core::limits::NAME_MAX_BYTES;

/// How many names a table holds; the slots are numbered from 1, so that a slot fits in a byte and 0 is free.
pub(super) const SLOTS: u8 = 255;

/// No slot: a name that follows, or one that is not in the table.
pub(super) const NO_SLOT: u8 = 0;

/// A name that fits in a table: 1 to [`NAME_MAX_BYTES`] bytes.
#[derive(Clone, Copy)]
pub(super) struct Name {
    length: u8,
    bytes: [u8; NAME_MAX_BYTES],
}

impl Name {
    /// The name, if it fits.
    pub(super) fn new(name: &str) -> Option<Self> {
        let mut bytes = [0; NAME_MAX_BYTES];
        bytes
            .get_mut(..name.len())?
            .copy_from_slice(name.as_bytes());
        let length = u8::try_from(name.len()).ok()?;
        (length > 0).then_some(Self { length, bytes })
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    pub(super) const fn length(&self) -> usize {
        self.length as usize
    }
}

/// A table of names: when all slots are taken, the oldest name makes room. Takes no memory until a name enters.
#[derive(Default)]
pub(super) struct Slots {
    names: Vec<Name>,
    /// How many names came after the last one that took slot [`SLOTS`].
    next: u8,
}

/// The table before any name has entered.
pub(super) static NO_NAMES: Slots = Slots {
    names: Vec::new(),
    next: 0,
};

impl Slots {
    /// Forgets all names, and keeps the memory.
    fn clear(&mut self) {
        self.names.clear();
        self.next = 0;
    }

    /// The slot that the name behind `ahead` others will take.
    pub(super) fn slot_ahead(&self, ahead: usize) -> u8 {
        let index = (usize::from(self.next) + ahead) % usize::from(SLOTS);
        u8::try_from(index).map_or(NO_SLOT, |index| index + 1)
    }

    /// How many names will have entered before the next one that takes this slot.
    pub(super) const fn ahead_of(&self, slot: u8) -> usize {
        (slot as usize + SLOTS as usize - 1 - self.next as usize) % SLOTS as usize
    }

    /// Puts a name into the next slot, and tells which that is.
    pub(super) fn enter(&mut self, name: Name) -> u8 {
        let slot = self.next + 1;
        match self.names.get_mut(usize::from(self.next)) {
            Some(place) => *place = name,
            None => self.names.push(name),
        }
        self.next = slot % SLOTS;
        slot
    }

    /// The name in a slot.
    pub(super) fn get(&self, slot: u8) -> Option<&str> {
        self.bytes(slot)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// Whether this is the name in that slot.
    pub(super) fn holds(&self, slot: u8, name: &str) -> bool {
        self.bytes(slot) == Some(name.as_bytes())
    }

    fn bytes(&self, slot: u8) -> Option<&[u8]> {
        let index = usize::from(slot).checked_sub(1)?;
        self.names.get(index).map(Name::as_bytes)
    }
}

/// A table in which names are found: chains of slots whose names have the same hash. A chain is never longer than the
/// table, whatever names a peer chooses.
#[derive(Default)]
pub(super) struct FindableSlots {
    slots: Slots,
    /// The first slot of each chain, by hash; empty until a name enters.
    chains: Vec<u8>,
    /// The slot that follows in the chain, by slot from 1.
    following: Vec<u8>,
}

impl FindableSlots {
    /// Forgets all names, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.chains.fill(NO_SLOT);
        self.following.clear();
    }

    /// The slot of a name.
    pub(super) fn find(&self, name: &str) -> Option<u8> {
        let mut slot = *self.chains.get(hash(name.as_bytes()))?;
        while slot != NO_SLOT && !self.slots.holds(slot, name) {
            slot = self.following[usize::from(slot) - 1];
        }
        (slot != NO_SLOT).then_some(slot)
    }

    /// Whether this is the name in that slot.
    pub(super) fn holds(&self, slot: u8, name: &str) -> bool {
        self.slots.holds(slot, name)
    }

    /// Puts a name into the next slot, if it fits, and tells which that is.
    pub(super) fn enter(&mut self, name: &str) -> u8 {
        let Some(entry) = Name::new(name) else {
            return NO_SLOT;
        };
        self.chains.resize(CHAINS, NO_SLOT);
        self.unchain(self.slots.slot_ahead(0));
        let slot = self.slots.enter(entry);
        let first = std::mem::replace(&mut self.chains[hash(name.as_bytes())], slot);
        match self.following.get_mut(usize::from(slot) - 1) {
            Some(following) => *following = first,
            None => self.following.push(first),
        }
        slot
    }

    /// Takes a slot out of its chain, if there is a name in it.
    fn unchain(&mut self, slot: u8) {
        let Some(name) = self.slots.bytes(slot) else {
            return;
        };
        let behind = self.following[usize::from(slot) - 1];
        let chain = &mut self.chains[hash(name)];
        let mut before = *chain;
        if before == slot {
            *chain = behind;
            return;
        }
        while before != NO_SLOT {
            let following = &mut self.following[usize::from(before) - 1];
            if *following == slot {
                *following = behind;
                return;
            }
            before = *following;
        }
    }
}

/// How many chains there are.
const CHAINS: usize = 256;

/// A number below [`CHAINS`]: each 8 bytes are multiplied in, and the highest bits, to which all others contribute, are
/// taken (Fibonacci hashing; Knuth, volume 3, section 6.4).
fn hash(name: &[u8]) -> usize {
    let mut hash = name.len() as u64;
    for chunk in name.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 32;
    }
    usize::from(hash.to_be_bytes()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_name_makes_room() {
        let mut slots = FindableSlots::default();
        for number in 0..1000_u32 {
            let slot = slots.enter(&format!("user{number}"));
            assert_eq!(u32::from(slot), number % 255 + 1);
            assert_eq!(slots.find(&format!("user{number}")), Some(slot));
        }
        for number in 0..1000 {
            let found = slots.find(&format!("user{number}"));
            assert_eq!(found.is_some(), number >= 745, "{number}");
        }
    }

    #[test]
    fn names_that_differ_little_spread_over_the_chains() {
        for prefix in ["u", "user", "account", "a-longer-name-for-an-account-"] {
            let mut lengths = [0; CHAINS];
            for number in 0..255 {
                lengths[hash(format!("{prefix}{number:04}").as_bytes())] += 1;
            }
            assert!(
                lengths.iter().all(|&length| length < 12),
                "{prefix}: {lengths:?}"
            );
        }
    }

    #[test]
    fn names_that_do_not_fit_stay_out() {
        let mut slots = FindableSlots::default();
        assert_eq!(slots.enter(""), NO_SLOT);
        assert_eq!(slots.enter(&"x".repeat(51)), NO_SLOT);
        assert_eq!(slots.enter(&"x".repeat(50)), 1);
        assert_eq!(slots.find(""), None);
        assert_eq!(slots.find(&"x".repeat(50)), Some(1));
    }

    #[test]
    fn slots_ahead_and_back() {
        let mut slots = Slots::default();
        for number in 0..600_usize {
            for ahead in [0, 1, 254] {
                assert_eq!(slots.ahead_of(slots.slot_ahead(ahead)), ahead, "{number}");
            }
            assert_eq!(slots.slot_ahead(0), slots.slot_ahead(255));
            let expected = slots.slot_ahead(0);
            assert_eq!(slots.enter(Name::new("a").unwrap()), expected);
        }
    }
}
