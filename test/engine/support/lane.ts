import type { Row, Sandbox, Settings } from '../../../sandbox';
import { startSandbox } from '../../../sandbox';
import { defaultSettings } from '../../../sandbox/model/settings';
import { entityNames } from '../../../sandbox/school/entities';
import { localNow } from '../../../sandbox/model/clock';
import type { StoreState } from '../../../sandbox/engine/store';
import type { RunOptions, RunResult } from './engine';
import { Engine } from './engine';
import type { Proxy } from './proxy';
import { startProxy } from './proxy';
import type { World } from './values';

/** What there is of each entity, and how often a lesson was conducted; the order of the rows does not matter. */
export type State = Record<string, string[] | number>;

/** An AlfaCRM of its own, reached through a proxy by two credentials of one account that n8n keeps apart. */
export class Lane {
	private readonly snapshot: StoreState;
	/** The rows of the beginning. */
	private readonly first: ReadonlyMap<string, readonly Row[]>;
	private readonly known: ReadonlyMap<string, ReadonlySet<number>>;
	private readonly startedAt: string;
	private readonly engines: readonly Engine[];

	private constructor(
		readonly sandbox: Sandbox,
		readonly proxy: Proxy,
		name: string,
	) {
		this.snapshot = sandbox.store.snapshot();
		this.first = new Map(entityNames.map((path) => [path, sandbox.store.rows(path)]));
		this.known = new Map(
			entityNames.map((path) => [path, new Set(sandbox.store.rows(path).map(({ id }) => id))]),
		);
		this.startedAt = localNow(sandbox.settings);
		const { email, apiKey } = sandbox.account;
		const stored = { email, apiKey, requestsPerSecond: 0 };
		this.engines = [
			new Engine({ ...stored, hostname: proxy.url }, `${name}-1`),
			// The same account, pasted from a browser.
			new Engine({ ...stored, hostname: `${proxy.url}/company/1/customer/index` }, `${name}-2`),
		];
	}

	static async open(name = 'lane', customers = 150): Promise<Lane> {
		const sandbox = await startSandbox({ customers });
		const lane = new Lane(sandbox, await startProxy(sandbox.url), name);
		lane.fresh();
		await lane.logIn();
		return lane;
	}

	/** What there is to choose from, which is the same in each lane. */
	get world(): World {
		return { branch: 1, rows: (path) => this.first.get(path) ?? [] };
	}

	/** Everything as it was in the beginning, but for the logins. */
	fresh(settings: Partial<Settings> = {}): void {
		Object.assign(this.sandbox.settings, structuredClone(defaultSettings), { rateLimit: 0 }, settings);
		this.sandbox.store.restore(this.snapshot);
		this.sandbox.clearJournal();
		this.proxy.clear();
	}

	async run(options: RunOptions, credential: 0 | 1 = 0): Promise<RunResult> {
		return await this.engines[credential].run(options);
	}

	/** Logs both credentials in, so that no later request is a login. */
	private async logIn(): Promise<void> {
		const parameters = { resource: 'subject', operation: 'get', id: '1', branchId: 1 };
		await this.run({ parameters }, 0);
		await this.run({ parameters }, 1);
	}

	/** Times of the run itself and the numbers of new records are left out: they are another in each run. */
	state(): State {
		const now = localNow(this.sandbox.settings);
		const isOfThisRun = (value: unknown) =>
			typeof value === 'string' &&
			/^\d{4}-\d\d-\d\d \d/.test(value) &&
			value >= this.startedAt &&
			value <= now;
		const strip = (path: string, row: Row) => {
			const isNew = this.known.get(path)?.has(row.id) !== true;
			const entries = Object.entries(row).filter(
				([name, value]) => name !== 'updated_at' && !isOfThisRun(value) && !(isNew && name === 'id'),
			);
			const ordered = entries.map(([name, value]) => [name, inOrder(value)] as const);
			return JSON.stringify(Object.fromEntries(ordered.sort(([a], [b]) => (a < b ? -1 : 1))));
		};
		const paths = entityNames.filter((path) => path !== 'log');
		const rows = paths.map((path) => {
			const table = this.sandbox.store.rows(path);
			// A row of the beginning that is still the same object was not touched.
			const untouched = new Set(this.first.get(path));
			const changed = table.filter((row) => !untouched.has(row)).map((row) => strip(path, row));
			const kept = new Set(table);
			const gone = [...untouched].filter((row) => !kept.has(row)).map((row) => `not ${strip(path, row)}`);
			return [path, normalised([...changed, ...gone])] as const;
		});
		const taught = this.proxy.passed.filter(({ call, done }) => call === 'lesson/teach' && done).length;
		return { ...Object.fromEntries(rows.filter(([, list]) => list.length > 0)), taught };
	}

	async close(): Promise<void> {
		await this.proxy.close();
		await this.sandbox.close();
	}
}

/** Lists of IDs are sets. */
const inOrder = (value: unknown): unknown =>
	Array.isArray(value) && value.every((item) => typeof item === 'number')
		? [...value].sort((a, b) => a - b)
		: value;

/** A row that was written with what it held before is no change. */
function normalised(rows: string[]): string[] {
	const gone = new Set(rows.filter((row) => row.startsWith('not ')).map((row) => row.slice(4)));
	const same = new Set(rows.filter((row) => gone.has(row)));
	return rows.filter((row) => !same.has(row) && !same.has(row.replace(/^not /, ''))).sort();
}

/**
 * Does all of the work in as many lanes as there are, so that waiting for one holds up no other.
 *
 * @param work tells what went wrong, if something did
 * @returns what went wrong
 */
export async function inLanes<T>(
	lanes: readonly Lane[],
	cases: readonly T[],
	work: (lane: Lane, one: T) => Promise<unknown>,
): Promise<unknown[]> {
	const queue = [...cases];
	const wrong: unknown[] = [];
	const drain = async (lane: Lane) => {
		for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
			const found = await work(lane, one);
			if (found !== undefined) wrong.push(found);
		}
	};
	const ends = await Promise.allSettled(lanes.map(drain));
	return [...wrong, ...ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []))];
}
