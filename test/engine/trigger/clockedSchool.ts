import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { JsonObject, Settings } from '../../../sandbox';
import { DirectSchool } from '../support/directSchool';
import { Engine } from '../support/engine';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';

type Send = NonNullable<PollerOptions['send']>;

interface Request {
	url: string;
	body?: JsonObject;
}

/** A call that AlfaCRM has received, such as "1/customer/index", where 1 is the branch. */
interface ReceivedCall {
	call: string;
	body: JsonObject;
}

export interface ClockedSchoolOptions {
	/** The time in the school when the test begins, `yyyy-mm-dd hh:mm`. */
	now: string;
	/** The parameters of the trigger. */
	parameters: INodeParameters;
	/** The time zone of the school. */
	zone: string;
	/** The time zone of the workflow, if it is not that of the school. */
	workflowZone?: string;
	settings?: Partial<Settings>;
	poller?: PollerOptions;
}

/**
 * A school of two branches and a polling trigger. Both go by one clock, which only the test moves.
 * It replaces `Date.now`, so a test file ends it with `jest.restoreAllMocks()`.
 */
export class ClockedSchool {
	readonly school: DirectSchool;
	readonly poller: Poller;
	/** The time that AlfaCRM takes to answer a call, in milliseconds. */
	answerMs = 0;
	private now = 0;
	private readonly zone: string;
	private receivedCalls: ReceivedCall[] = [];
	private failingCalls: readonly string[] = [];

	constructor({ now, parameters, zone, workflowZone = zone, settings, poller }: ClockedSchoolOptions) {
		this.zone = zone;
		this.school = new DirectSchool({ timeZone: zone, bodyPageSize: 'honoured', ...settings }, 2);
		jest.spyOn(Date, 'now').mockImplementation(() => this.now);
		this.setClock(now);

		const account = { hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 };
		this.poller = new Poller(new Engine(account), parameters, {
			timeZone: workflowZone,
			send: this.receiveCall as unknown as Send,
			...poller,
		});
	}

	/** Sets the clock of n8n and of the school. */
	setClock(time: string): void {
		const moment = DateTime.fromFormat(time, 'yyyy-MM-dd HH:mm', { zone: this.zone });
		this.now = moment.toMillis();
		this.school.settings.now = moment.toUTC().toISO({ suppressMilliseconds: true });
	}

	/** Adds a record of an entity past the API, and returns its ID. */
	addRecord(entity: string, values: JsonObject): number {
		return this.school.store.insert(entity, values).id;
	}

	changeRecord(entity: string, id: number, values: JsonObject): void {
		this.school.store.patch(entity, id, values);
	}

	changeSettings(settings: Partial<Settings>): void {
		Object.assign(this.school.settings, settings);
	}

	/** Lets calls such as "branch/index" fail from now on. */
	failCalls(calls: readonly string[]): void {
		this.failingCalls = calls;
	}

	/** Sets the clock, polls once, and returns the reported items. */
	async pollAt(time: string): Promise<IDataObject[]> {
		this.setClock(time);
		return await this.poller.poll();
	}

	/** The time of n8n, in milliseconds. It goes on while AlfaCRM answers: see `answerMs`. */
	get nowMs(): number {
		return this.now;
	}

	/** Reads the calls since the last `clearCalls`, such as "1/customer/index". */
	readCalls(): string[] {
		return this.receivedCalls.map(({ call }) => call);
	}

	/** Reads the calls for a list since the last `clearCalls`, such as those for "customer". */
	readCallsForList(entity: string): ReceivedCall[] {
		return this.receivedCalls.filter(({ call }) => call.endsWith(`/${entity}/index`));
	}

	clearCalls(): void {
		this.receivedCalls = [];
	}

	private readonly receiveCall = async (credential: string, request: Request): Promise<unknown> => {
		const [, call = ''] = /\/v2api\/(.*)$/.exec(request.url) ?? [];
		this.receivedCalls.push({ call, body: request.body ?? {} });
		this.now += this.answerMs;
		if (this.failingCalls.includes(call)) throw new Error('No right');

		const send = this.school.send as unknown as (credential: string, request: Request) => Promise<unknown>;
		return await send(credential, request);
	};
}
