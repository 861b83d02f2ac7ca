import fc from 'fast-check';

import type { OccasionName } from '../../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { mostly } from '../mostly';
import { BEGINNING, MINUTE, ZONES } from './calendar';
import type { CardChange } from './cardChanges';
import { cardChanges } from './cardChanges';

/** A school whose clients come, pay and grow older, and a trigger that polls now and then. */
export interface History {
	/** The time zone of the workflow. */
	zone: string;
	/** True if the first poll reports what falls due on its day, and what has no day, such as debts. */
	reportsAtStart: boolean;
	clients: Client[];
	polls: Poll[];
}

export interface Client {
	id: number;
	branches: number[];
	/** The changes of the client's card, in the order of time. */
	changes: CardChange[];
}

export interface Poll {
	at: number;
	/** The highest level at which an occasion is due, such as the days before a birthday. */
	limit: number;
	watchedBranches: number[];
	/** Branches that cannot be read. */
	failingBranches: number[];
	/** Branches of which AlfaCRM may not show all clients. */
	incompleteBranches: number[];
	/** The largest number of clients that n8n takes. */
	takenClients: number;
	/** The ID of the client whose card shows nothing in this poll; 0 if there is none. */
	unreadableClient: number;
}

export const BOTH_BRANCHES = [1, 2];

/** Finds what the card of a client shows in a poll. */
export function findCard(client: Client, { at, unreadableClient }: Poll): CardChange['card'] {
	if (client.id === unreadableClient) return {};
	return client.changes.filter((change) => change.at <= at).at(-1)?.card ?? {};
}

// ---------------------------------------------------------------- the generator

/** More clients than a history has. */
const ALL_CLIENTS = 99;

/** The IDs of the clients are 500, 503, 506 and so on. */
const FIRST_CLIENT = 500;
const ID_STEP = 3;

/** Limits that a user may choose. Debts are in kopecks, and days without a visit are negative. */
const limits: Record<OccasionName, fc.Arbitrary<number>> = {
	birthday: fc.constantFrom(0, 1, 3, 14),
	inDebt: fc.constantFrom(-1, -5_001, 2_000),
	lessonsRunningOut: fc.constantFrom(0, 1, 4, 6),
	notSeen: fc.constantFrom(-3, -7, -14, -30),
	subscriptionEnding: fc.constantFrom(0, 1, 3, 7, 14),
};

const HOURS_IN_MINUTES = 60;
const DAYS_IN_MINUTES = 24 * HOURS_IN_MINUTES;

/** Minutes to hours pass between two polls, or days when n8n is off. */
const minutesAfterLastPoll = fc.oneof(
	{ weight: 3, arbitrary: fc.integer({ min: 1, max: 10 * HOURS_IN_MINUTES }) },
	{ weight: 4, arbitrary: fc.integer({ min: 10 * HOURS_IN_MINUTES, max: 2 * DAYS_IN_MINUTES }) },
	{ weight: 1, arbitrary: fc.integer({ min: 2 * DAYS_IN_MINUTES, max: 12 * DAYS_IN_MINUTES }) },
);

const oneBranch = fc.constantFrom<number[]>([1], [2]);
const someBranches = fc.constantFrom<number[]>([1], [2], BOTH_BRANCHES);

/** Generates the histories in which one kind of occasion falls due. */
export function historiesOf(occasion: OccasionName): fc.Arbitrary<History> {
	const drawnPoll = fc.record({
		minutesAfterLastPoll,
		/** Null if the user leaves the limit as it is. */
		newLimit: fc.option(limits[occasion], { freq: 8 }),
		watchedBranches: mostly(8, BOTH_BRANCHES, oneBranch),
		failingBranches: mostly(6, [], oneBranch),
		incompleteBranches: mostly(12, [], oneBranch),
		takenClients: mostly(4, ALL_CLIENTS, fc.integer({ min: 0, max: 2 })),
		unreadableClient: makeUnreadableClient(occasion),
	});
	const drawnClient = fc.record({ branches: someBranches, changes: cardChanges[occasion] });

	return fc
		.record({
			zone: fc.constantFrom(...ZONES),
			reportsAtStart: fc.boolean(),
			limit: limits[occasion],
			mostTakenClients: fc.constantFrom(ALL_CLIENTS, ALL_CLIENTS, 1),
			/** Whether the cards of all clients show the same. */
			areCardsAlike: fc.boolean(),
			clients: fc.array(drawnClient, { minLength: 1, maxLength: 6 }),
			polls: fc.array(drawnPoll, { minLength: 5, maxLength: 40 }),
		})
		.map(({ zone, reportsAtStart, areCardsAlike, clients, ...drawn }) => ({
			zone,
			reportsAtStart,
			clients: clients.map(
				({ branches, changes }, index): Client => ({
					id: FIRST_CLIENT + index * ID_STEP,
					branches,
					changes: areCardsAlike ? clients[0].changes : changes,
				}),
			),
			polls: makePolls(drawn),
		}));
}

/**
 * Generates the client whose card cannot be read. An absence is reported for a month only, so that no card
 * stays unread for the occasion "notSeen".
 */
function makeUnreadableClient(occasion: OccasionName): fc.Arbitrary<number> {
	if (occasion === 'notSeen') return fc.constant(0);
	return mostly(4, 0, fc.constantFrom(FIRST_CLIENT, FIRST_CLIENT + ID_STEP));
}

interface DrawnPoll extends Omit<Poll, 'at' | 'limit'> {
	minutesAfterLastPoll: number;
	newLimit: number | null;
}

interface DrawnPolls {
	limit: number;
	mostTakenClients: number;
	polls: DrawnPoll[];
}

/** Makes polls one after the other from the minutes between them. */
function makePolls({ limit: firstLimit, mostTakenClients, polls }: DrawnPolls): Poll[] {
	let at = BEGINNING;
	let limit = firstLimit;
	return polls.map(({ minutesAfterLastPoll: minutes, newLimit, takenClients, ...poll }) => {
		at += minutes * MINUTE;
		limit = newLimit ?? limit;
		return { at, limit, takenClients: Math.min(takenClients, mostTakenClients), ...poll };
	});
}
