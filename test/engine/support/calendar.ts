import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { JsonObject, Settings } from '../../../sandbox';
import { Engine } from './engine';
import type { PollerOptions } from './poller';
import { Poller } from './poller';
import { DirectSchool } from './direct';

const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });

interface Asked {
	branch: number;
	body: JsonObject;
}

/** A school and a trigger whose days pass as a test says. */
export class Calendar {
	readonly school: DirectSchool;
	readonly poller: Poller;
	/** Lists of customers that were asked for since the last poll began. */
	asked: Asked[] = [];
	private now = 0;

	/** @param start a time of the zone, `yyyy-mm-dd hh:mm` */
	constructor(
		start: string,
		parameters: INodeParameters,
		{ timeZone = 'Europe/Moscow', ...options }: PollerOptions = {},
		settings: Partial<Settings> = {},
		private readonly zone = timeZone,
	) {
		this.school = new DirectSchool({ timeZone: zone, bodyPageSize: 'honoured', ...settings }, 2);
		jest.spyOn(Date, 'now').mockImplementation(() => this.now);
		this.at(start);
		const { send } = this.school;
		const noting = (async (credential: string, request: { url: string; body?: JsonObject }) => {
			const [, branch] = /v2api\/(\d+)\/customer\/index$/.exec(request.url) ?? [];
			if (branch !== undefined) this.asked.push({ branch: Number(branch), body: request.body ?? {} });
			return await (send as unknown as (...given: unknown[]) => Promise<unknown>)(credential, request);
		}) as unknown as NonNullable<PollerOptions['send']>;
		this.poller = new Poller(engine, parameters, { ...options, timeZone, send: noting });
	}

	/** It is that time in the school. */
	at(time: string): void {
		const moment = DateTime.fromFormat(time, 'yyyy-MM-dd HH:mm', { zone: this.zone });
		this.now = moment.toMillis();
		this.school.settings.now = moment.toUTC().toISO({ suppressMilliseconds: true });
	}

	pass(ms: number): void {
		this.now += ms;
	}

	client(values: JsonObject): number {
		return this.school.store.insert('customer', { name: 'Мия', is_study: 1, branch_ids: [1], ...values }).id;
	}

	card(id: number, values: JsonObject): void {
		this.school.store.patch('customer', id, values);
	}

	async poll(time?: string): Promise<IDataObject[]> {
		if (time !== undefined) this.at(time);
		this.asked = [];
		return await this.poller.tick();
	}

	async ids(time?: string): Promise<unknown[]> {
		return (await this.poll(time)).map(({ id }) => id);
	}
}
