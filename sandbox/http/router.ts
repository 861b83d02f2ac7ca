import type { Act, Acting } from '../engine/action';
import type { ListCall } from '../engine/call';
import type { Lister } from '../engine/list';
import type { Store } from '../engine/store';
import type { Writer } from '../engine/write';
import { YiiError, type Answer } from '../model/http-error';
import { isObject, type JsonObject } from '../model/json';
import type { Settings } from '../model/settings';
import { findAction } from '../school/actions';
import { findEntity } from '../school/entities';
import type { Auth } from './auth';
import { isLogin, type Call } from './request';

const writes = ['create', 'update', 'delete'] as const;
const crud: readonly string[] = ['index', ...writes];

/** What a path names. */
interface Target {
	path: string;
	action: string;
	/** Changes nothing. */
	isRead: boolean;
	/** `list`: answers with the envelope of an index. */
	isList: boolean;
	mayGet: boolean;
	run: (call: Omit<ListCall, 'entity' | 'action'>) => Answer;
}

/** Knows which call is answered by what, and who may make it. */
export class Service {
	constructor(
		private readonly settings: Settings,
		private readonly store: Store,
		private readonly auth: Auth,
		private readonly lister: Lister,
		private readonly writer: Writer,
	) {}

	answer(call: Call): Answer {
		try {
			return this.handle(call);
		} catch (error) {
			const known = error instanceof YiiError ? error : new YiiError(500, String(error));
			return this.dress(known.toAnswer());
		}
	}

	/** An error as this account shows it. */
	private dress({ status, body, headers }: Answer): Answer {
		const { errorsAs200, errorType } = this.settings;
		const { type, ...rest } = body as JsonObject;
		return {
			status: errorsAs200 ? 200 : status,
			body: errorType ? { ...rest, type: type ?? '' } : rest,
			headers,
		};
	}

	/** Whether the call only reads, so that it may be answered more than once. */
	isRead(call: Call): boolean {
		return this.find(call)?.isRead === true;
	}

	private handle(call: Call): Answer {
		const target = isLogin(call) ? undefined : this.resolve(call);
		if (call.method !== 'POST' && !(call.method === 'GET' && target?.mayGet)) {
			throw new YiiError(
				405,
				'Method Not Allowed. This URL can only handle the following request methods: POST.',
				{ allow: 'POST' },
			);
		}
		this.auth.checkAppKey(call.headers['x-app-key']);
		if (call.json === undefined) {
			throw new YiiError(400, 'Invalid JSON data in request body: Syntax error.');
		}
		const body: JsonObject = isObject(call.json) ? call.json : {};
		if (!target) return this.auth.login(body, call.at);

		const account = this.auth.recognise(call.headers['x-alfacrm-token'], call.at);
		this.auth.authorise(account, target.path, target.action, call.branch);
		if (!this.hasBranch(call.branch)) return this.answerWrongBranch(call, target);
		const branch = call.branch === 0 ? null : (call.branch ?? this.branchOfNone(target));
		return target.run({ user: account.id, branch, query: call.query, body });
	}

	private resolve(call: Call): Target {
		const target = this.find(call);
		if (!target) throw new YiiError(404, 'Страница не найдена.');
		return target;
	}

	private find(call: Call): Target | undefined {
		const path = call.entity ?? '';
		const action = call.action ?? (this.settings.actionlessIndex ? 'index' : '');
		const entity = findEntity(path);
		const target = { path, action, mayGet: false, isList: false };
		const act = findAction(path, action);
		if (act) {
			return { ...target, isRead: act.isRead, run: (rest) => this.act(act, { ...rest, action }) };
		}
		if (!entity) return undefined;
		const listed = findEntity(entity.lists?.[action] ?? '');
		const { actions = crud } = entity;
		if (listed || (action === 'index' && actions.includes(action))) {
			const of = listed ?? entity;
			const run = (rest: Omit<ListCall, 'entity' | 'action'>) =>
				this.lister.index({ ...rest, entity: of, action });
			return { ...target, isRead: true, isList: true, mayGet: entity.mayGet === true, run };
		}
		const write = writes.find((name) => name === action && actions.includes(name));
		if (!write) return undefined;
		return { ...target, isRead: false, run: (rest) => this.writer[write]({ ...rest, entity, action }) };
	}

	private act(act: Act, call: Acting['call']): Answer {
		const { store, settings, writer } = this;
		return act.run({ call, store, settings, writer });
	}

	/** The branch of a path that names none. */
	private branchOfNone({ path }: Target): number | null {
		const { branchless } = this.settings;
		if (branchless === 'all' || findEntity(path)?.isGlobal) return null;
		if (branchless === 'notFound404') throw new YiiError(404, 'Страница не найдена.');
		return this.store.rows('branch')[0]?.id ?? null;
	}

	private hasBranch(branch: number | null): boolean {
		return branch === null || branch === 0 || this.store.find('branch', branch) !== undefined;
	}

	private answerWrongBranch(call: Call, target: Target): Answer {
		const { wrongBranch } = this.settings;
		if (wrongBranch === 'forbidden403') throw new YiiError(403, 'Access Denied');
		if (wrongBranch === 'empty' && target.isList) {
			const { page = 0 } = isObject(call.json) ? call.json : {};
			return { status: 200, body: { total: 0, count: 0, page, items: [] } };
		}
		throw new YiiError(404, 'Страница не найдена.');
	}
}
