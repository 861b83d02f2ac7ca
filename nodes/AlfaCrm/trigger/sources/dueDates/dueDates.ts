import type { ApiClient } from '../../../api/client';
import { nodeError } from '../../../api/failures';
import type { Collected, CollectOptions, ListReader } from '../../../api/list';
import { readArchivedFlag } from '../../../entities/archive';
import { customer, CUSTOMER_TYPE } from '../../../entities/customer';
import { listCall } from '../../../entities/listCall';
import { readFlag } from '../../../values/formats';
import { dayNumberAt } from '../../dayNumbers';
import type {
	EventSource,
	PollRequest,
	PollResult,
	SampleRequest,
	Samples,
} from '../../eventSource';
import { DeadlineGoal, readEachBranch } from '../../eventSource';
import type { DueState } from './dueDatesState';
import {
	checkDueState,
	findDueRecords,
	isLookDue,
	makeMemoryAfterLoss,
	makeMemoryForSamples,
	restoreMemory,
} from './dueDatesState';
import type { DueKind } from './dueKinds';

interface DueSettings {
	kind: DueKind;
	/** The highest level at which an occasion is due. See `dueKinds.ts`. */
	limit: number;
	/** The time zone by which days are counted. */
	zone: string;
	/** The time between two looks at a branch, in milliseconds. */
	everyMs: number;
	/**
	 * Whether the first poll reports the dated occasions that fall due on the day of this poll, and
	 * all lasting occasions that are due.
	 */
	reportsAtStart: boolean;
}

/**
 * Reports clients for whom something falls due, by their cards. It reads all cards of a branch,
 * because it is not known whether AlfaCRM's filters go by the fields of the card (API notes 5.3).
 * That takes many calls, so it reads them only now and then, and when a day begins.
 *
 * This file reads the cards. `dueDatesState.ts` decides which clients are reported, and explains
 * the words.
 */
export class DueDates implements EventSource {
	readonly checkState = checkDueState;

	constructor(private readonly settings: DueSettings) {}

	async poll(request: PollRequest, stored: unknown): Promise<PollResult> {
		const { branches, client, hasLostState, now, reader } = request;
		const { everyMs, limit, zone } = this.settings;
		const today = dayNumberAt(now, zone);
		const memory = hasLostState
			? makeMemoryAfterLoss(branches)
			: restoreMemory(stored as DueState | undefined, { branches, limit, today });

		// A branch without a due look counts as readable: the poll goes on if another one fails.
		const lookIfDue = async (branch: number) =>
			isLookDue(memory.branches.get(branch), { everyMs, now, today })
				? await readClients(reader, branch, {})
				: undefined;
		const { found, failures } = await readEachBranch(branches, lookIfDue);
		const looks = withoutUndefined(found);
		this.assertFieldShown(client, looks);

		return { failures, ...findDueRecords(memory, { ...this.settings, looks, today, now }) };
	}

	/** Returns what is due now, no matter when it fell due, for a test in the editor. */
	async samples(request: SampleRequest, count: number): Promise<Samples> {
		const { branches, client, deadline, now, reader } = request;
		const today = dayNumberAt(now, this.settings.zone);

		const look = async (branch: number) =>
			await readClients(reader, branch, { goal: new DeadlineGoal(deadline) });
		const { found: looks } = await readEachBranch(branches, look);
		this.assertFieldShown(client, looks);

		const memory = makeMemoryForSamples(branches, { today, now });
		const { records } = findDueRecords(memory, { ...this.settings, looks, today, now });
		return { records: records.slice(-count), isComplete: Date.now() < deadline };
	}

	/**
	 * Checks that the cards show the field that has the value. Otherwise the trigger would never
	 * report anybody. API notes 5.3: a card may lack `balance`.
	 *
	 * @throws NodeApiError if clients were read, but none of their cards has the field
	 */
	private assertFieldShown(client: ApiClient, looks: ReadonlyMap<number, Collected>): void {
		const { kind } = this.settings;
		const cards = [...looks.values()].flatMap(({ rows }) => rows);
		const isFieldShown = cards.some((card) => card[kind.field] !== undefined);
		if (cards.length > 0 && !isFieldShown) throw fieldMissingError(client, kind, cards.length);
	}
}

/** Reads the cards of the clients of a branch, without leads and archived customers. */
async function readClients(
	reader: ListReader,
	branch: number,
	options: CollectOptions,
): Promise<Collected> {
	const list = {
		...listCall(customer, branch),
		body: { is_study: CUSTOMER_TYPE.client },
		task: 'look through the clients',
	};
	const clients = await reader.collect(list, options);

	// AlfaCRM may ignore a filter (API notes 3). A card without the flag counts as one of a client.
	const rows = clients.rows.filter((card) => {
		const customerType = readFlag(card.is_study) ?? CUSTOMER_TYPE.client;
		return customerType === CUSTOMER_TYPE.client && !readArchivedFlag(card);
	});
	return { ...clients, rows };
}

/** Leaves out the branches for which nothing was read. */
function withoutUndefined<T>(valueByBranch: ReadonlyMap<number, T | undefined>): Map<number, T> {
	const definedValues = new Map<number, T>();
	for (const [branch, value] of valueByBranch) {
		if (value !== undefined) definedValues.set(branch, value);
	}
	return definedValues;
}

function fieldMissingError(
	{ node }: ApiClient,
	{ field, fieldMeaning }: DueKind,
	count: number,
): Error {
	const text = {
		message: `AlfaCRM shows no ${fieldMeaning} of the clients, so nobody would ever be reported`,
		description: `The field "${field}" is missing on all ${count} cards of clients that were read. Check in AlfaCRM whether the role of this user may see it: 'Customer' → 'Get Many' with 'Simplify' off shows which fields come.`,
	};
	return nodeError(node, text, undefined);
}
