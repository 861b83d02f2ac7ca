import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { JsonObject } from '../../../sandbox';
import type { Settings } from '../../../sandbox/model/settings';
import { DirectSchool } from './directSchool';
import { Engine } from './engine';
import type { PollerOptions } from './poller';
import { Poller } from './poller';

const FORMAT = 'yyyy-MM-dd HH:mm:ss';

interface WorldOptions {
	settings?: Partial<Settings>;
	branches?: number;
	parameters: INodeParameters;
	poller?: PollerOptions;
	/** Time of n8n at the start, UTC. */
	begin?: string;
	/** How far the account's clock is ahead of UTC. */
	aheadHours?: number;
}

interface EntryOptions {
	branches?: number[];
	values?: JsonObject;
	/** Minutes since it happened. */
	ago?: number;
}

/** An AlfaCRM and a polling trigger that share one clock, which only the test moves. */
export class PolledSchool {
	readonly school: DirectSchool;
	readonly poller: Poller;
	now: DateTime;
	/** IDs of all records reported so far. */
	readonly reportedIds: number[] = [];
	/** Requests of each poll. */
	readonly callsPerPoll: number[] = [];
	entryCount = 0;
	private readonly ahead: number;

	constructor({ settings = {}, branches = 1, parameters, poller, begin, aheadHours = 0 }: WorldOptions) {
		this.school = new DirectSchool(settings, branches);
		this.ahead = aheadHours;
		this.now = DateTime.fromSQL(begin ?? '2026-02-10 09:00:00', { zone: 'utc' });
		this.passMinutes(0);
		jest.spyOn(Date, 'now').mockImplementation(() => this.now.toMillis());
		const account = { hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 };
		this.poller = new Poller(new Engine(account), parameters, { send: this.school.send, ...poller });
	}

	/** The state that n8n's durable scheduler keeps. */
	get cursor(): IDataObject | undefined {
		return this.poller.cursor;
	}

	get stateBytes(): number {
		return JSON.stringify(this.poller.state).length;
	}

	passMinutes(minutes: number): void {
		this.now = this.now.plus({ minutes });
		this.school.settings.now = this.accountTime(0);
	}

	/** Formats the account's time of some minutes ago, such as "2026-02-10 09:00:00". */
	accountTime(ago: number): string {
		return this.now.plus({ hours: this.ahead }).minus({ minutes: ago }).toFormat(FORMAT);
	}

	addCustomer(values: JsonObject = {}, { ago = 0 }: EntryOptions = {}): number {
		const created_at = this.accountTime(ago);
		const all = { branch_ids: [1], is_study: 0, created_at, ...values };
		return this.school.store.insert('customer', all).id;
	}

	/** Adds an entry of the change log about a record of its own, and returns that record's ID. */
	addLogEntry({ branches = [1], values = {}, ago = 0 }: EntryOptions = {}): number {
		const entity_id = ++this.entryCount;
		const row = {
			id: entity_id,
			entity: 'Customer',
			entity_id,
			event: 2,
			fields_new: { note: 'да' },
			branch_ids: branches,
			date_time: this.accountTime(ago),
		};
		this.school.store.insert('log', { ...row, ...values });
		return entity_id;
	}

	changeBranch(id: number, becomes: 'closed' | 'open' | 'forbidden' | 'allowed'): void {
		const { store, settings } = this.school;
		if (becomes === 'closed' || becomes === 'open')
			store.patch('branch', id, { is_active: becomes === 'closed' ? 0 : 1 });
		else {
			const others = settings.forbiddenBranches.filter((one) => one !== id);
			settings.forbiddenBranches = becomes === 'forbidden' ? [...others, id] : others;
		}
	}

	/** Polls once, and returns the IDs of the reported records. */
	async poll(): Promise<number[]> {
		const before = this.school.callCount;
		const items = await this.poller.poll();
		const ids = items.map(({ id }) => Number(id));
		this.reportedIds.push(...ids);
		this.callsPerPoll.push(this.school.callCount - before);
		return ids;
	}

	/**
	 * Polls `count` times, `minutes` apart, and returns all reported IDs. `beforePoll` runs before
	 * each poll.
	 */
	async pollRepeatedly(count: number, minutes: number, beforePoll: () => void = () => {}): Promise<number[]> {
		const all: number[] = [];
		for (let n = 0; n < count; n++) {
			this.passMinutes(minutes);
			beforePoll();
			all.push(...(await this.poll()));
		}
		return all;
	}

	get idsReportedTwice(): number[] {
		return this.reportedIds.filter((id, index) => this.reportedIds.indexOf(id) !== index);
	}

	/** Puts a record into the school, past the API, and returns its ID. */
	addRecord(path: string, values: JsonObject): number {
		return this.school.store.insert(path, values).id;
	}

	/** Changes a record of the school past the API. */
	changeRecord(path: string, id: number, values: JsonObject): void {
		this.school.store.patch(path, id, values);
	}

	changeSettings(settings: Partial<Settings>): void {
		Object.assign(this.school.settings, settings);
	}

	/** Adds customers whose times of creation are some minutes apart, the last one now, and returns their IDs. */
	addCustomers(count: number, minutesApart: number, values: JsonObject = {}): number[] {
		return listNumbers(1, count).map((n) => this.addCustomer(values, { ago: (count - n) * minutesApart }));
	}

	/** Adds log entries whose times are some minutes apart, the last one now, and returns the IDs of their records. */
	addLogEntries(count: number, minutesApart: number, values: JsonObject = {}): number[] {
		return listNumbers(1, count).map((n) => this.addLogEntry({ values, ago: (count - n) * minutesApart }));
	}
}

export const RECORD_CHANGED = { event: 'recordChanged', fetchRecord: false };
export const CUSTOMER_CREATED = { event: 'customerCreated', includeArchived: true };
export const SMALL_PAGES: Partial<Settings> = { pageSize: 20, bodyPageSize: 'ignored' };
export const LARGE_PAGES: Partial<Settings> = { pageSize: 20, bodyPageSize: 'honoured' };
/** Lists the whole numbers from `from` to `to`. */
export const listNumbers = (from: number, to: number): number[] =>
	Array.from({ length: to - from + 1 }, (_, index) => from + index);

interface ApiRequest {
	url: string;
	body?: JsonObject;
}

/**
 * Lets `answer` decide what the trigger gets from now on. It may call `real` for AlfaCRM's own
 * answer.
 */
export function interceptCalls(
	world: PolledSchool,
	answer: (request: ApiRequest, real: () => Promise<JsonObject>) => Promise<JsonObject>,
): void {
	const real = world.school.send as unknown as (
		credential: string,
		request: ApiRequest,
	) => Promise<JsonObject>;
	const send = async (credential: string, request: ApiRequest) =>
		await answer(request, async () => await real(credential, request));
	world.poller.replaceSend(send as unknown as NonNullable<PollerOptions['send']>);
}

export const isCallOfBranch = ({ url }: ApiRequest, branch: number): boolean =>
	url.includes(`/v2api/${branch}/`);
