import { defaultSettings, type Settings } from '../../../sandbox/model/settings';
import { localNow } from '../../../sandbox/model/clock';
import { entities, findEntity } from '../../../sandbox/school/entities';
import type { JsonObject } from '../../../sandbox/model/json';
import { Lister } from '../../../sandbox/engine/list';
import { Store } from '../../../sandbox/engine/store';
import { errorBody, HttpError } from '../../../sandbox/model/httpError';
import type { PollerOptions } from './poller';

interface Request {
	url: string;
	body?: unknown;
	qs?: Record<string, unknown>;
}

/**
 * The sandbox's records and lists without HTTP, for tests that make hundreds of thousands of calls.
 */
export class DirectSchool {
	readonly settings: Settings;
	readonly store: Store;
	/** Calls so far. */
	callCount = 0;
	/** Runs before each answer. A test may throw here or change records. */
	beforeAnswer: (call: number) => void = () => {};
	/** Runs before a list is sent. A test may change its rows here. */
	beforeListAnswer: (path: string, rows: JsonObject[]) => void = () => {};
	/** Error that is added to the total of each list. */
	totalError = 0;
	/** Set in `beforeAnswer`: answers the current call with an empty list. */
	answersEmptyList = false;
	private readonly lister: Lister;

	constructor(settings: Partial<Settings>, branches: number) {
		this.settings = { ...structuredClone(defaultSettings), ...settings };
		this.store = new Store(entities, () => localNow(this.settings));
		this.lister = new Lister(this.store, this.settings);
		for (let id = 1; id <= branches; id++) {
			this.store.insert('branch', { id, name: `Филиал ${id}`, is_active: 1 });
		}
	}

	/** Stands in for n8n's `httpRequestWithAuthentication`. */
	readonly send = (async (_credential: string, request: Request) => {
		this.callCount += 1;
		this.answersEmptyList = false;
		this.beforeAnswer(this.callCount);
		if (this.answersEmptyList) return { total: 0, count: 0, page: 0, items: [] };

		return this.answerList(request);
	}) as unknown as NonNullable<PollerOptions['send']>;

	/** Answers the request for a page of a list. */
	private answerList({ url, body, qs = {} }: Request): JsonObject {
		const [, , branch, path] = /v2api\/((\d+)\/)?([a-z-]+)\/index$/.exec(url) ?? [];
		if (this.settings.forbiddenBranches.includes(Number(branch ?? 0))) throw makeHttpFailure(403);

		const entity = findEntity(path);
		if (!entity) throw new Error(`Not a list: ${url}`);

		const query = Object.fromEntries(Object.entries(qs).map(([name, value]) => [name, String(value)]));
		const answer = readList(() =>
			this.lister.index({
				entity,
				action: 'index',
				user: 1,
				branch: branch ? Number(branch) : null,
				query,
				body: (typeof body === 'string' ? {} : body) as JsonObject,
			}),
		);
		// The node gets a copy, as it does over HTTP.
		const { total, ...page } = JSON.parse(JSON.stringify(answer.body)) as JsonObject;
		this.beforeListAnswer(path, (page.items ?? []) as JsonObject[]);

		if (typeof total !== 'number') return page;
		return { total: Math.max(0, total + this.totalError), ...page };
	}
}

/** Reads a list of the sandbox. Throws the sandbox's refusal as n8n's error. */
function readList<T>(list: () => T): T {
	try {
		return list();
	} catch (error) {
		throw error instanceof HttpError ? makeHttpFailure(error.status) : error;
	}
}

/** Makes the error that n8n throws when AlfaCRM answers with an error status. */
export const makeHttpFailure = (
	status: number,
	{ headers = {}, data = errorBody(status, '') }: { headers?: object; data?: unknown } = {},
) =>
	Object.assign(new Error(`Request failed with status code ${status}`), {
		response: { status, headers, data },
	});
