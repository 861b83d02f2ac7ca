import fc from 'fast-check';

/** The kinds of derived events that happen in a history. */
const EVENTS = ['joinedGroup', 'leftGroup', 'sold', 'archived'] as const;
export type EventName = (typeof EVENTS)[number];

export type Step =
	| CustomerEvent
	/** Ten minutes pass. */
	| { kind: 'wait' }
	/** A poll that reports so many events at most. */
	| { kind: 'poll'; maxRecords: number }
	/** A poll whose nth request fails. Requests count from 1. */
	| { kind: 'loseConnection'; request: number };

/** Something happens to a customer. */
export interface CustomerEvent {
	kind: 'event';
	event: EventName;
	customer: number;
}

const customerEvent: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('event'),
	event: fc.constantFrom(...EVENTS),
	customer: fc.constantFrom(1, 2, 3),
});

const wait: fc.Arbitrary<Step> = fc.constant({ kind: 'wait' });

const poll: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('poll'),
	maxRecords: fc.constantFrom(1, 2, 500),
});

const connectionLoss: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('loseConnection'),
	request: fc.integer({ min: 1, max: 4 }),
});

const step = fc.oneof(
	{ weight: 8, arbitrary: customerEvent },
	{ weight: 2, arbitrary: wait },
	{ weight: 2, arbitrary: poll },
	{ weight: 1, arbitrary: connectionLoss },
);

/** Generates what happens in a school after the first poll of a trigger. */
export const histories: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 30 });
