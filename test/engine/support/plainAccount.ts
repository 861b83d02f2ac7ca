import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { Engine } from './engine';
import type { PollerOptions } from './poller';
import { Poller } from './poller';

interface Ways {
	branches: number;
	/** Rows of a page when the asked size is ignored. */
	pageSize: number;
	isSizeHonoured: boolean;
	totalOff: number | 'missing';
	isDayHonoured: boolean;
	ids: 'growing' | 'scattered';
	order: 'newest' | 'oldest' | 'name';
	pastEnd: 'empty' | 'repeatLast';
	aheadHours: number;
	/** What a request takes. */
	requestMs: number;
}

const USUAL: Ways = {
	branches: 1,
	pageSize: 50,
	isSizeHonoured: true,
	totalOff: 0,
	isDayHonoured: true,
	ids: 'growing',
	order: 'newest',
	pastEnd: 'empty',
	aheadHours: 3,
	requestMs: 250,
};

interface Customer {
	id: number;
	branch_ids: number[];
	is_study: number;
	created_at: string;
	removed: boolean;
	name: string;
	lead_status_id: number;
	/** n8n's time. */
	at: number;
}

export function random(seed: number): () => number {
	let a = seed >>> 0;
	return () => {
		a = (a + 0x6d2b79f5) >>> 0;
		let t = a;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

interface Asked {
	url: string;
	body?: IDataObject;
}

/** Customers of an AlfaCRM as plain as can be, in lists of any order: not the sandbox, so that both are not wrong alike. */
class PlainAccount {
	readonly customers: Customer[] = [];
	private last = 1_000;
	private readonly used = new Set<number>();
	private version = 0;
	private cached: { key: string; rows: Customer[] }[] = [];

	constructor(
		readonly ways: Ways,
		public now: DateTime,
		private readonly rnd: () => number,
		readonly entity = 'customer',
	) {}

	stamp(time = this.now): string {
		return time.plus({ hours: this.ways.aheadHours }).toFormat('yyyy-MM-dd HH:mm:ss');
	}

	touch(): void {
		this.version++;
	}

	add(branch_ids: number[], more: Partial<Customer> = {}, ago = 0): Customer {
		const at = this.now.minus({ minutes: ago });
		let id = this.last + 1;
		if (this.ways.ids === 'scattered') {
			do id = 1 + Math.floor(this.rnd() * 9_000_000);
			while (this.used.has(id));
		} else this.last = id;
		this.used.add(id);
		const row: Customer = {
			id,
			branch_ids,
			is_study: 0,
			created_at: this.stamp(at),
			removed: false,
			name: String(Math.floor(this.rnd() * 1e9)).padStart(9, '0'),
			lead_status_id: 1,
			at: at.toMillis(),
			...more,
		};
		this.customers.push(row);
		this.version++;
		return row;
	}

	readonly send = (async (_credential: string, asked: Asked) => {
		this.now = this.now.plus({ milliseconds: this.ways.requestMs });
		const [, , home, path] = /v2api\/((\d+)\/)?([a-z-]+)\/index$/.exec(asked.url) ?? [];
		const branch = Number(home ?? 0);
		const body = asked.body ?? {};
		const page = Number(body.page ?? 0);
		if (path === 'branch') {
			const items = Array.from({ length: this.ways.branches }, (_, i) => ({
				id: i + 1,
				name: `Филиал ${i + 1}`,
				is_active: 1,
			}));
			return { total: items.length, count: items.length, page, items: page === 0 ? items : [] };
		}
		if (path !== this.entity) throw new Error(`Not a list: ${asked.url}`);
		const rows = this.rows(branch, body);
		const { isSizeHonoured, pageSize, totalOff, pastEnd } = this.ways;
		const size =
			isSizeHonoured && Number(body.pageSize) > 0 ? Math.min(500, Number(body.pageSize)) : pageSize;
		const lastPage = Math.max(0, Math.ceil(rows.length / size) - 1);
		const shown = pastEnd === 'repeatLast' ? Math.min(page, lastPage) : page;
		const items = rows
			.slice(shown * size, shown * size + size)
			.map((row) => ({ ...row, at: undefined, removed: undefined }));
		const total = totalOff === 'missing' ? {} : { total: Math.max(0, rows.length + totalOff) };
		return { ...total, count: items.length, page, items };
	}) as unknown as NonNullable<PollerOptions['send']>;

	private rows(branch: number, body: IDataObject): Customer[] {
		const key = JSON.stringify([branch, { ...body, page: 0, pageSize: 0 }, this.version]);
		const known = this.cached.find((one) => one.key === key);
		if (known) return known.rows;
		const from = String(body.created_at_from ?? '')
			.split('.')
			.reverse()
			.join('-');
		const { order, isDayHonoured } = this.ways;
		const study = this.entity === 'customer' ? (body.is_study ?? 1) : 2;
		const rows = this.customers.filter(
			(one) =>
				one.branch_ids.includes(branch) &&
				(study === 2 || one.is_study === study) &&
				(!one.removed || body.removed === 1) &&
				(!isDayHonoured || from === '' || one.created_at >= from),
		);
		const byTime = (a: Customer, b: Customer) => a.at - b.at || a.id - b.id;
		if (order === 'name') rows.sort((a, b) => (a.name < b.name ? -1 : 1));
		else rows.sort(order === 'oldest' ? byTime : (a, b) => byTime(b, a));
		this.cached = [...this.cached.slice(-12), { key, rows }];
		return rows;
	}
}

/** The account, n8n and its clock. */
export class PlainWorld {
	readonly account: PlainAccount;
	private readonly poller: Poller;
	readonly out: number[] = [];
	readonly came = new Set<number>();
	maxState = 0;

	constructor(
		ways: Partial<Ways>,
		parameters: INodeParameters,
		{
			rnd = random(1),
			begin = '2026-02-10 09:00:00',
			entity = 'customer',
			poller = {} as PollerOptions,
		} = {},
	) {
		const now = DateTime.fromSQL(begin, { zone: 'utc' });
		this.account = new PlainAccount({ ...USUAL, ...ways }, now, rnd, entity);
		jest.spyOn(Date, 'now').mockImplementation(() => this.account.now.toMillis());
		const login = { hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 };
		this.poller = new Poller(new Engine(login), parameters, { send: this.account.send, ...poller });
	}

	pass(minutes: number): void {
		this.account.now = this.account.now.plus({ minutes });
	}

	async poll(): Promise<number[]> {
		const items = await this.poller.tick();
		const ids = items.map(({ id }) => Number(id));
		this.out.push(...ids);
		for (const id of ids) this.came.add(id);
		this.maxState = Math.max(this.maxState, JSON.stringify(this.poller.state).length);
		return ids;
	}

	async polls(count: number, minutes: number, each: (n: number) => void = () => {}): Promise<number[]> {
		const all: number[] = [];
		for (let n = 0; n < count; n++) {
			this.pass(minutes);
			each(n);
			all.push(...(await this.poll()));
		}
		return all;
	}

	get repeated(): number[] {
		const seen = new Set<number>();
		return this.out.filter((id) => (seen.has(id) ? true : (seen.add(id), false)));
	}
}
