import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { JsonObject } from '../../../sandbox';
import type { Settings } from '../../../sandbox/model/settings';
import { CUSTOMER_TYPE, LOG_EVENT } from '../../support/codes';
import { DirectSchool } from './directSchool';
import { Engine } from './engine';
import type { PollerOptions } from './poller';
import { Poller } from './poller';

const TIME_FORMAT = 'yyyy-MM-dd HH:mm:ss';
const USUAL_START = '2026-02-10 09:00:00';

/** The trigger never sends a request to this address, because the school answers in place of HTTP. */
const ACCOUNT = { hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 };

export const RECORD_CHANGED = { event: 'recordChanged', fetchRecord: false };
export const CUSTOMER_CREATED = { event: 'customerCreated', includeArchived: true };

/** Settings of an account that answers with 20 rows, whatever page size it is asked for. */
export const SMALL_PAGES: Partial<Settings> = { pageSize: 20, bodyPageSize: 'ignored' };
/** Settings of an account that answers with the requested number of rows. */
export const LARGE_PAGES: Partial<Settings> = { pageSize: 20, bodyPageSize: 'honoured' };

interface PolledSchoolOptions {
	/** Switches of the sandbox. */
	settings?: Partial<Settings>;
	/** The number of branches, whose IDs count from 1. */
	branches?: number;
	/** The form of the trigger. */
	parameters: INodeParameters;
	poller?: PollerOptions;
	/** Time of n8n at the start, UTC. */
	begin?: string;
	/** The number of hours by which the account's clock is ahead of UTC. */
	aheadHours?: number;
}

interface CustomerOptions {
	/** Minutes since the customer was created. */
	minutesAgo?: number;
}

interface LogEntryOptions {
	branches?: number[];
	/** Columns of the entry that differ from the usual ones. */
	values?: JsonObject;
	/** Minutes since the change. */
	minutesAgo?: number;
}

/** The time between two records that a test adds, or between two polls. */
interface Distance {
	minutesApart: number;
}

type BranchChange = 'closed' | 'open' | 'forbidden' | 'allowed';

/**
 * An AlfaCRM and a polling trigger that share one clock. Only the test moves the clock, so a test can play
 * days of polls in a second.
 */
export class PolledSchool {
	readonly school: DirectSchool;
	readonly poller: Poller;
	/** The time of n8n and, apart from `aheadHours`, of the account. */
	now: DateTime;
	/** IDs of all records reported so far. */
	readonly reportedIds: number[] = [];
	/** Number of requests of each poll so far. */
	readonly callsPerPoll: number[] = [];
	private readonly aheadHours: number;
	private logEntryCount = 0;

	constructor({
		settings = {},
		branches = 1,
		parameters,
		poller,
		begin = USUAL_START,
		aheadHours = 0,
	}: PolledSchoolOptions) {
		this.school = new DirectSchool(settings, branches);
		this.aheadHours = aheadHours;
		this.now = DateTime.fromSQL(begin, { zone: 'utc' });
		this.passMinutes(0);
		jest.spyOn(Date, 'now').mockImplementation(() => this.now.toMillis());
		this.poller = new Poller(new Engine(ACCOUNT), parameters, { send: this.school.send, ...poller });
	}

	// -------------------------------------------------------------- the clock

	/** Moves the clock of n8n and of the account. */
	passMinutes(minutes: number): void {
		this.now = this.now.plus({ minutes });
		this.school.settings.now = this.accountTime(0);
	}

	/** Writes the account's time of some minutes ago, such as "2026-02-10 09:00:00". */
	accountTime(minutesAgo: number): string {
		const time = this.now.plus({ hours: this.aheadHours }).minus({ minutes: minutesAgo });
		return time.toFormat(TIME_FORMAT);
	}

	// -------------------------------------------------------------- the records

	/** Adds a record past the API, and returns its ID. */
	addRecord(path: string, values: JsonObject): number {
		return this.school.store.insert(path, values).id;
	}

	/** Changes a record past the API. */
	changeRecord(path: string, id: number, values: JsonObject): void {
		this.school.store.patch(path, id, values);
	}

	/** Adds a customer, a lead of branch 1 unless `values` says otherwise, and returns the ID. */
	addCustomer(values: JsonObject = {}, { minutesAgo = 0 }: CustomerOptions = {}): number {
		return this.addRecord('customer', {
			branch_ids: [1],
			is_study: CUSTOMER_TYPE.lead,
			created_at: this.accountTime(minutesAgo),
			...values,
		});
	}

	/** Adds customers, of whom the last one was created now, and returns their IDs. */
	addCustomers(count: number, { minutesApart }: Distance, values: JsonObject = {}): number[] {
		return listNumbers(1, count).map((n) =>
			this.addCustomer(values, { minutesAgo: (count - n) * minutesApart }),
		);
	}

	/** Adds an entry to the change log: the update of a new customer, whose ID it returns. */
	addLogEntry({ branches = [1], values = {}, minutesAgo = 0 }: LogEntryOptions = {}): number {
		this.logEntryCount += 1;
		const id = this.logEntryCount;
		this.addRecord('log', {
			id,
			entity: 'Customer',
			entity_id: id,
			event: LOG_EVENT.updated,
			fields_new: { note: 'да' },
			branch_ids: branches,
			date_time: this.accountTime(minutesAgo),
			...values,
		});
		return id;
	}

	/** Adds log entries, of which the last one was made now, and returns the IDs of their records. */
	addLogEntries(count: number, { minutesApart }: Distance, values: JsonObject = {}): number[] {
		return listNumbers(1, count).map((n) =>
			this.addLogEntry({ values, minutesAgo: (count - n) * minutesApart }),
		);
	}

	/** Closes or reopens a branch of the school, or forbids or allows the trigger's user to read it. */
	changeBranch(id: number, change: BranchChange): void {
		const { settings } = this.school;
		const otherForbiddenBranches = settings.forbiddenBranches.filter((branch) => branch !== id);
		switch (change) {
			case 'closed':
				this.changeRecord('branch', id, { is_active: 0 });
				break;
			case 'open':
				this.changeRecord('branch', id, { is_active: 1 });
				break;
			case 'forbidden':
				settings.forbiddenBranches = [...otherForbiddenBranches, id];
				break;
			case 'allowed':
				settings.forbiddenBranches = otherForbiddenBranches;
		}
	}

	/** Turns switches of the sandbox. */
	changeSettings(settings: Partial<Settings>): void {
		Object.assign(this.school.settings, settings);
	}

	// -------------------------------------------------------------- the polls

	/** Polls once, and returns the IDs of the reported records. */
	async poll(): Promise<number[]> {
		const callsBefore = this.school.callCount;

		const items = await this.poller.poll();

		const ids = items.map(({ id }) => Number(id));
		this.reportedIds.push(...ids);
		this.callsPerPoll.push(this.school.callCount - callsBefore);
		return ids;
	}

	/**
	 * Polls several times, and returns the IDs of all reported records. Before each poll, the given minutes pass
	 * and `beforePoll` runs.
	 */
	async pollRepeatedly(
		count: number,
		{ minutesApart }: Distance,
		beforePoll: () => void = () => {},
	): Promise<number[]> {
		const ids: number[] = [];
		for (let poll = 1; poll <= count; poll++) {
			this.passMinutes(minutesApart);
			beforePoll();
			ids.push(...(await this.poll()));
		}
		return ids;
	}

	/** Lists the IDs that were reported again. An empty list proves that no event was reported twice. */
	get idsReportedTwice(): number[] {
		return this.reportedIds.filter((id, index) => this.reportedIds.indexOf(id) !== index);
	}

	/** The state that n8n's durable scheduler keeps. */
	get cursor(): IDataObject | undefined {
		return this.poller.cursor;
	}

	/** Size of the trigger's state, which n8n writes into its database after each poll. */
	get stateBytes(): number {
		return JSON.stringify(this.poller.state).length;
	}
}

/** Lists the whole numbers from `from` to `to`. */
export function listNumbers(from: number, to: number): number[] {
	return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

interface ApiRequest {
	url: string;
	body?: JsonObject;
}

type DirectSend = (credential: string, request: ApiRequest) => Promise<JsonObject>;

/**
 * Lets `answer` decide what the trigger gets for each request from now on. It may call `readRealAnswer` for
 * the answer of the school.
 */
export function interceptCalls(
	{ school, poller }: PolledSchool,
	answer: (request: ApiRequest, readRealAnswer: () => Promise<JsonObject>) => Promise<JsonObject>,
): void {
	const sendToSchool = school.send as unknown as DirectSend;
	const interceptedSend: DirectSend = async (credential, request) => {
		const readRealAnswer = async () => await sendToSchool(credential, request);
		return await answer(request, readRealAnswer);
	};
	poller.replaceSend(interceptedSend as unknown as NonNullable<PollerOptions['send']>);
}

/** Tells whether a request names a branch in its URL. */
export function isCallOfBranch({ url }: ApiRequest, branch: number): boolean {
	return url.includes(`/v2api/${branch}/`);
}
