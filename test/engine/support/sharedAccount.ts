import { forgetAccounts } from '../../../nodes/AlfaCrm/api/accountKnowledge';
import type { JournalEntry, Row, Sandbox, Settings, Snapshot } from '../../../sandbox';
import { startSandbox } from '../../../sandbox';
import { localNow } from '../../../sandbox/model/clock';
import { entityNames } from '../../../sandbox/school/entities';
import type { BranchRecords } from './arbitraryValues';
import type { RunOptions, RunResult } from './engine';
import { Engine } from './engine';

/**
 * Differences between the account and its start. `taught` counts the calls that complete a lesson. Any
 * other name is an entity, with its changed rows as sorted texts.
 */
export type AccountChanges = Record<string, string[] | number>;

/** The number of the credential that a run uses. */
export type CredentialIndex = 0 | 1;

type CallMoment = 'arrives' | 'is answered';

/**
 * Delays a call for as long as its promise is pending, when it arrives and again before its answer leaves.
 */
type CallHolder = (entry: JournalEntry, moment: CallMoment) => void | Promise<void>;

const LOGIN_FORM = { resource: 'subject', operation: 'get', id: '1', branchId: 1 };

/**
 * An AlfaCRM account whose clock stands still, with two credentials in n8n that have different
 * addresses. It shows whether several runs leave the same records as one run.
 */
export class SharedAccount {
	/** Calls since `reset` that changed something, such as "customer/create". */
	readonly writes: string[] = [];
	/** Set by a test that decides when each call goes on. */
	holdCall: CallHolder = () => {};
	private readonly snapshot: Snapshot;
	private readonly rowsAtStart = new Map<string, readonly Row[]>();
	private readonly engines: readonly [Engine, Engine];

	private constructor(readonly sandbox: Sandbox) {
		const { store, settings } = sandbox;
		settings.rateLimit = 0;
		settings.now = localNow(settings);
		this.snapshot = sandbox.snapshot();
		for (const path of entityNames) {
			this.rowsAtStart.set(path, store.rows(path));
		}
		this.engines = makeEngines(sandbox);
	}

	/** Starts the account and logs both credentials in, so that no later request is a login. */
	static async open(): Promise<SharedAccount> {
		const account = new SharedAccount(await startSandbox({ customers: 150 }));
		account.reset();
		await account.run({ parameters: LOGIN_FORM }, 0);
		await account.run({ parameters: LOGIN_FORM }, 1);
		return account;
	}

	/** Records of branch 1 at the start, which generated forms may name. */
	get records(): BranchRecords {
		return { branch: 1, rows: (path) => this.rowsAtStart.get(path) ?? [] };
	}

	/**
	 * Restores the records of the start, and lets the node forget the account. Both credentials stay logged in.
	 */
	reset(settings: Partial<Settings> = {}): void {
		forgetAccounts();
		this.sandbox.restore(this.snapshot);
		Object.assign(this.sandbox.settings, settings);
		this.holdCall = () => {};
		this.recordWrites();
	}

	/** Runs a form with one of the credentials, and returns all that n8n shows of the run. */
	async run(options: RunOptions, credential: CredentialIndex = 0): Promise<RunResult> {
		return await this.engines[credential].run(options);
	}

	/**
	 * Reads what has changed since the start, without what differs between equal runs: new IDs and times of
	 * change.
	 */
	readChanges(): AccountChanges {
		const changes: AccountChanges = {};
		const entitiesWithoutLog = entityNames.filter((path) => path !== 'log');
		for (const path of entitiesWithoutLog) {
			const rows = this.readChangedRows(path);
			if (rows.length > 0) {
				changes[path] = rows;
			}
		}
		changes.taught = this.writes.filter((call) => call === 'lesson/teach').length;
		return changes;
	}

	/** Begins `writes` anew. A call is a write if the store has another version after it. */
	private recordWrites(): void {
		const { sandbox } = this;
		let versionBeforeCall = 0;
		this.writes.length = 0;
		sandbox.onRequest = async (entry) => {
			await this.holdCall(entry, 'arrives');
			versionBeforeCall = sandbox.store.version;
		};
		sandbox.onSend = async (entry) => {
			if (sandbox.store.version !== versionBeforeCall) {
				this.writes.push(nameCall(entry));
			}
			await this.holdCall(entry, 'is answered');
		};
	}

	/** Reads the changed rows of an entity as texts. A row of the start that is gone begins with "not ". */
	private readChangedRows(path: string): string[] {
		const oldRows = this.rowsAtStart.get(path) ?? [];
		const rows = this.sandbox.store.rows(path);
		// A row that nobody has written is still the same object.
		const addedRows = listMissing(rows, oldRows);
		const removedRows = listMissing(oldRows, rows);
		const idsAtStart = new Set(oldRows.map(({ id }) => id));
		const describe = (row: Row) => describeRow(row, { isNew: !idsAtStart.has(row.id) });

		const addedTexts = addedRows.map(describe);
		const removedTexts = removedRows.map(describe);

		// A row that was written without a change has the same text as before.
		const newTexts = listMissing(addedTexts, removedTexts);
		const goneTexts = listMissing(removedTexts, addedTexts);
		return [...newTexts, ...goneTexts.map((text) => `not ${text}`)].sort();
	}
}

/** Names the action of a call, such as "customer/create". */
export function nameCall({ entity, action }: JournalEntry): string {
	return `${entity}/${action}`;
}

/** Makes n8n with two credentials for one account. The second one has an address pasted from a browser. */
function makeEngines({ account, url }: Sandbox): [Engine, Engine] {
	const login = { email: account.email, apiKey: account.apiKey, requestsPerSecond: 0 };
	const pastedAddress = `${url}/company/1/customer/index`;
	return [
		new Engine({ ...login, hostname: url }, 'first'),
		new Engine({ ...login, hostname: pastedAddress }, 'second'),
	];
}

/** Lists the items that another list does not have. */
function listMissing<T>(items: readonly T[], otherItems: readonly T[]): T[] {
	const otherItemSet = new Set(otherItems);
	return items.filter((item) => !otherItemSet.has(item));
}

/**
 * Writes a row as JSON that is the same for equal rows. The ID of a new row differs between runs and is left
 * out.
 */
function describeRow(row: Row, { isNew }: { isNew: boolean }): string {
	const skippedNames = isNew ? ['updated_at', 'id'] : ['updated_at'];
	const names = Object.keys(row).filter((name) => !skippedNames.includes(name));
	const comparedFields: Record<string, unknown> = {};
	for (const name of names.sort()) {
		comparedFields[name] = sortIds(row[name]);
	}
	return JSON.stringify(comparedFields);
}

/** Sorts a list of IDs, whose order does not matter. Returns any other value unchanged. */
function sortIds(value: unknown): unknown {
	const isIdList = Array.isArray(value) && value.every((item) => typeof item === 'number');
	return isIdList ? [...(value as number[])].sort((a, b) => a - b) : value;
}
