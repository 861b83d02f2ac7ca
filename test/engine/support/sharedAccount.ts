import { forgetAccounts } from '../../../nodes/AlfaCrm/api/accountKnowledge';
import type { JournalEntry, Row, Sandbox, Settings, Snapshot } from '../../../sandbox';
import { startSandbox } from '../../../sandbox';
import { localNow } from '../../../sandbox/model/clock';
import { entityNames } from '../../../sandbox/school/entities';
import type { RunOptions, RunResult } from './engine';
import { Engine } from './engine';
import type { BranchRecords } from './arbitraryValues';

/** Changed rows by entity, sorted, and how often a lesson was completed. */
export type AccountChanges = Record<string, string[] | number>;

/** May hold a call twice: when it arrives, and when its answer is about to leave. */
type Gate = (entry: JournalEntry, moment: 'arrives' | 'is answered') => void | Promise<void>;

/** An AlfaCRM whose clock stands still, and two credentials of n8n for the same account. */
export class SharedAccount {
	/** Calls since `reset` that changed something, such as "customer/create". */
	readonly writes: string[] = [];
	holdCall: Gate = () => {};
	private readonly snapshot: Snapshot;
	/** Rows by entity as they were at the start. */
	private readonly rowsAtStart: ReadonlyMap<string, readonly Row[]>;
	private readonly idsAtStart: ReadonlyMap<string, ReadonlySet<number>>;
	private readonly engines: readonly Engine[];

	private constructor(readonly sandbox: Sandbox) {
		const { store, settings, account, url: hostname } = sandbox;
		Object.assign(settings, { rateLimit: 0, now: localNow(settings) });
		this.snapshot = sandbox.snapshot();
		this.rowsAtStart = new Map(entityNames.map((path) => [path, store.rows(path)]));
		this.idsAtStart = new Map(
			[...this.rowsAtStart].map(([path, rows]) => [path, new Set(rows.map(({ id }) => id))] as const),
		);
		const { email, apiKey } = account;
		const stored = { email, apiKey, requestsPerSecond: 0 };
		this.engines = [
			new Engine({ ...stored, hostname }, 'lane-1'),
			// This account's address, pasted from a browser.
			new Engine({ ...stored, hostname: `${hostname}/company/1/customer/index` }, 'lane-2'),
		];
	}

	static async open(): Promise<SharedAccount> {
		const lane = new SharedAccount(await startSandbox({ customers: 150 }));
		lane.reset();
		// Both credentials log in, so that no later request is a login.
		const parameters = { resource: 'subject', operation: 'get', id: '1', branchId: 1 };
		for (const credential of [0, 1] as const) await lane.run({ parameters }, credential);
		return lane;
	}

	/** Records that generated forms may name. */
	get records(): BranchRecords {
		return { branch: 1, rows: (path) => this.rowsAtStart.get(path) ?? [] };
	}

	/**
	 * Restores the state of the start. Both credentials stay logged in; the node forgets what it knew
	 * of the account.
	 */
	reset(settings: Partial<Settings> = {}): void {
		const { sandbox } = this;
		forgetAccounts();
		sandbox.restore(this.snapshot);
		Object.assign(sandbox.settings, settings);
		this.writes.length = 0;
		this.holdCall = () => {};
		let version = 0;
		sandbox.onRequest = async (entry) => {
			await this.holdCall(entry, 'arrives');
			version = sandbox.store.version;
		};
		sandbox.onSend = async (entry) => {
			if (sandbox.store.version !== version) this.writes.push(nameCall(entry));
			await this.holdCall(entry, 'is answered');
		};
	}

	async run(options: RunOptions, credential: 0 | 1 = 0): Promise<RunResult> {
		return await this.engines[credential].run(options);
	}

	/**
	 * Reads what has changed since the start. IDs of new records are left out, because they differ
	 * between runs.
	 */
	readChanges(): AccountChanges {
		const strip = (path: string, row: Row) => {
			const isNew = this.idsAtStart.get(path)?.has(row.id) !== true;
			const entries = Object.entries(row).filter(
				([name]) => name !== 'updated_at' && !(isNew && name === 'id'),
			);
			const ordered = entries.map(([name, value]) => [name, sortIds(value)] as const);
			return JSON.stringify(Object.fromEntries(ordered.sort(([a], [b]) => (a < b ? -1 : 1))));
		};
		const paths = entityNames.filter((path) => path !== 'log');
		const rows = paths.map((path) => {
			const table = this.sandbox.store.rows(path);
			// A row that is still the same object was not touched.
			const untouched = new Set(this.rowsAtStart.get(path));
			const changed = table.filter((row) => !untouched.has(row)).map((row) => strip(path, row));
			const kept = new Set(table);
			const gone = [...untouched].filter((row) => !kept.has(row)).map((row) => `not ${strip(path, row)}`);
			return [path, withoutUnchangedRows([...changed, ...gone])] as const;
		});
		const taught = this.writes.filter((call) => call === 'lesson/teach').length;
		return { ...Object.fromEntries(rows.filter(([, list]) => list.length > 0)), taught };
	}
}

export const nameCall = ({ entity, action }: JournalEntry): string => `${entity}/${action}`;

/** Sorts a list of IDs, whose order does not matter. */
const sortIds = (value: unknown): unknown =>
	Array.isArray(value) && value.every((item) => typeof item === 'number')
		? [...value].sort((a, b) => a - b)
		: value;

/** Drops the rows that were written without a change. */
function withoutUnchangedRows(rows: string[]): string[] {
	const gone = new Set(rows.filter((row) => row.startsWith('not ')).map((row) => row.slice(4)));
	const same = new Set(rows.filter((row) => gone.has(row)));
	return rows.filter((row) => !same.has(row) && !same.has(row.replace(/^not /, ''))).sort();
}
