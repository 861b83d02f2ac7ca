import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../api/client';
import { nodeError } from '../../../api/failures';
import type { Collected, CollectOptions, ListReader } from '../../../api/list';
import { readArchivedFlag } from '../../../entities/archive';
import { customer, CUSTOMER_TYPE } from '../../../entities/customer';
import { makeListCall } from '../../../entities/listCall';
import { readFlag } from '../../../values/formats';
import { dayNumberAt } from '../../dayNumbers';
import type {
	EventSource,
	PollRequest,
	PollResult,
	SampleRequest,
	Samples,
} from '../../eventSource';
import { StopAtDeadline, readEachBranch } from '../../eventSource';
import type { DueDatesMemory, DueState } from './dueDatesState';
import {
	areCardsDueForReading,
	checkDueState,
	findDueRecords,
	makeMemoryAfterLoss,
	makeMemoryForSamples,
	restoreMemory,
} from './dueDatesState';
import type { DueKind } from './dueKinds';

interface DueDatesSettings {
	kind: DueKind;
	/** The highest level at which an occasion is due. See `dueKinds.ts`. */
	highestDueLevel: number;
	/** The time zone by which days are counted. */
	zone: string;
	/** The time between two readings of the cards of a branch, in milliseconds. */
	readingIntervalMs: number;
	/**
	 * Whether the first poll reports the occasions that fall due on its day, and all debts and other
	 * occasions without a day that are due.
	 */
	reportsAtStart: boolean;
}

/** The cards of the clients of each branch that was read. */
type ClientLists = ReadonlyMap<number, Collected>;

/**
 * Reports clients for whom something falls due, by their cards (their records in the list of
 * customers). It reads all cards of a branch, because it is not known whether AlfaCRM's filters go
 * by the fields of the card (API notes 5.3). Reading them takes many calls, so it reads them only
 * now and then, and when a day begins.
 *
 * This file reads the cards. `dueDatesState.ts` decides which clients are reported, and explains
 * the words.
 */
export class DueDates implements EventSource {
	readonly checkState = checkDueState;

	constructor(private readonly settings: DueDatesSettings) {}

	/**
	 * Finds the clients for whom something has fallen due since the last poll, such as a birthday.
	 *
	 * @param stored the state that the last poll has stored; undefined in the first poll
	 */
	async poll(request: PollRequest, stored: unknown): Promise<PollResult> {
		const { client, now } = request;
		const today = dayNumberAt(now, this.settings.zone);
		const memory = this.loadMemory(request, stored, today);

		const { clientLists, failures } = await this.readClientsIfDue(request, memory, today);
		this.assertFieldShown(client, clientLists);

		const poll = { ...this.settings, clientLists, today, now };
		const { records, stateAfter } = findDueRecords(memory, poll);
		return { records, failures, stateAfter };
	}

	/** Returns what is due now, no matter when it fell due, for a test in the editor. */
	async readSamples(request: SampleRequest, count: number): Promise<Samples> {
		const { branches, client, deadline, now, reader } = request;
		const today = dayNumberAt(now, this.settings.zone);

		const readUntilDeadline = async (branch: number) =>
			await readClients(reader, branch, { goal: new StopAtDeadline(deadline) });
		const { results: clientLists } = await readEachBranch(branches, readUntilDeadline);
		// Only the deadline ends a reading early.
		const hasSeenAllRecords = Date.now() < deadline;
		this.assertFieldShown(client, clientLists);

		const memory = makeMemoryForSamples(branches, { today, now });
		const poll = { ...this.settings, clientLists, today, now };
		const { records } = findDueRecords(memory, poll);
		// The higher a value, the later it fell due. So the last records are the newest ones.
		return { records: records.slice(-count), hasSeenAllRecords };
	}

	/**
	 * Restores what the trigger remembers from the state that the last poll has stored. If the state
	 * is lost, this poll reports nothing, because it cannot know what was reported.
	 */
	private loadMemory(request: PollRequest, stored: unknown, today: number): DueDatesMemory {
		const { branches, hasLostState } = request;
		if (hasLostState) return makeMemoryAfterLoss(branches);

		const { highestDueLevel } = this.settings;
		return restoreMemory(stored as DueState | undefined, { branches, highestDueLevel, today });
	}

	/**
	 * Reads the cards (the records of the clients) in each branch where they were not read for a
	 * while, or not yet today.
	 *
	 * @throws the failure of the first branch, if no branch can be read
	 */
	private async readClientsIfDue(
		{ branches, now, reader }: PollRequest,
		memory: DueDatesMemory,
		today: number,
	): Promise<{ clientLists: ClientLists; failures: PollResult['failures'] }> {
		const times = { intervalMs: this.settings.readingIntervalMs, now, today };
		const readIfDue = async (branch: number): Promise<Collected | undefined> => {
			const isDue = areCardsDueForReading(memory.branches.get(branch), times);
			return isDue ? await readClients(reader, branch) : undefined;
		};

		// A branch that is not due counts as readable. So if another branch cannot be read, the poll
		// goes on.
		const { results, failures } = await readEachBranch(branches, readIfDue);
		return { clientLists: leaveOutUnreadBranches(results), failures };
	}

	/**
	 * Checks that the cards of the clients show the field by which something falls due, such as
	 * `balance`. AlfaCRM may leave it out (API notes 5.3), and then the trigger would never report
	 * anybody.
	 *
	 * @throws NodeApiError if clients were read, but none of their cards has the field
	 */
	private assertFieldShown(client: ApiClient, clientLists: ClientLists): void {
		const { kind } = this.settings;
		const cards = [...clientLists.values()].flatMap(({ rows }) => rows);
		if (cards.length === 0) return;

		const isFieldShown = cards.some((card) => card[kind.field] !== undefined);
		if (!isFieldShown) throw makeMissingFieldError(client, kind, cards.length);
	}
}

/** Reads the cards of the clients of a branch, without leads and archived customers. */
async function readClients(
	reader: ListReader,
	branch: number,
	options: CollectOptions = {},
): Promise<Collected> {
	const list = {
		...makeListCall(customer, branch),
		body: { is_study: CUSTOMER_TYPE.client },
		task: 'look through the clients',
	};
	const collected = await reader.collect(list, options);

	// AlfaCRM may ignore the filter by `is_study` (API notes 3).
	const clients = collected.rows.filter(isActiveClient);
	return { ...collected, rows: clients };
}

/** Whether a card is that of a client who is not archived. A card without `is_study` counts. */
function isActiveClient(card: IDataObject): boolean {
	const customerType = readFlag(card.is_study) ?? CUSTOMER_TYPE.client;
	return customerType === CUSTOMER_TYPE.client && !readArchivedFlag(card);
}

/** Leaves out the branches whose cards were not read, because it was not yet time for that. */
function leaveOutUnreadBranches(
	clientsByBranch: ReadonlyMap<number, Collected | undefined>,
): ClientLists {
	const clientLists = new Map<number, Collected>();
	for (const [branch, clients] of clientsByBranch) {
		if (clients !== undefined) {
			clientLists.set(branch, clients);
		}
	}
	return clientLists;
}

/** Makes the error for cards that do not show the field by which something falls due. */
function makeMissingFieldError(client: ApiClient, kind: DueKind, cardCount: number): Error {
	const text = {
		message: `AlfaCRM shows no ${kind.fieldMeaning} of the clients, so nobody would ever be reported`,
		description: `The field "${kind.field}" is missing on all ${cardCount} cards of clients that were read. Check in AlfaCRM whether the role of this user may see it: 'Customer' → 'Get Many' with 'Simplify' off shows which fields come.`,
	};
	return nodeError(client.node, text, undefined);
}
