import type { Action, ActionContext } from '../engine/action';
import type { ActionCall } from '../engine/call';
import type { Lister } from '../engine/list';
import type { Store } from '../engine/store';
import type { Writer } from '../engine/write';
import { HttpError, type ApiResponse } from '../model/httpError';
import { isObject, type JsonObject } from '../model/json';
import type { Settings } from '../model/settings';
import { findAction } from '../school/actions';
import { findEntity } from '../school/entities';
import type { Auth } from './auth';
import { isLogin, type Call } from './call';

const writes = ['create', 'update', 'delete'] as const;
const crud: readonly string[] = ['index', ...writes];

/** What a path names. */
interface Route {
	path: string;
	action: string;
	/** Changes nothing. */
	isRead: boolean;
	mayGet: boolean;
	run: (call: Omit<ActionCall, 'entity' | 'action'>) => ApiResponse;
}

const isBranchList = ({ path, action }: Route): boolean => path === 'branch' && action === 'index';

/** Knows which call is answered by what, and who may make it. */
export class Router {
	constructor(
		private readonly settings: Settings,
		private readonly store: Store,
		private readonly auth: Auth,
		private readonly lister: Lister,
		private readonly writer: Writer,
	) {}

	handle(call: Call): ApiResponse {
		try {
			return this.dispatch(call);
		} catch (error) {
			const known = error instanceof HttpError ? error : new HttpError(500, String(error));
			return known.toResponse();
		}
	}

	/** Whether the call only reads, so that it may be answered more than once. */
	isRead(call: Call): boolean {
		return this.findRoute(call)?.isRead === true;
	}

	private dispatch(call: Call): ApiResponse {
		const route = isLogin(call) ? undefined : this.requireRoute(call);
		if (call.method !== 'POST' && !(call.method === 'GET' && route?.mayGet)) {
			throw new HttpError(
				405,
				'Method Not Allowed. This URL can only handle the following request methods: POST.',
				{ allow: 'POST' },
			);
		}
		this.auth.checkAppKey(call.headers['x-app-key']);
		if (call.json === undefined) {
			throw new HttpError(400, 'Invalid JSON data in request body: Syntax error.');
		}
		const body: JsonObject = isObject(call.json) ? call.json : {};
		if (!route) return this.auth.login(body, call.at);

		const account = this.auth.authenticate(call.headers['x-alfacrm-token'], call.at);
		this.auth.authorize(account, route.path, route.action, call.branch);
		if (this.settings.mainBranch === 'off' && call.branch === null && isBranchList(route))
			throw new HttpError(403, 'Access Denied');
		if (!this.hasBranch(call.branch)) throw new HttpError(404, 'Страница не найдена.');
		const branch = call.branch === 0 ? null : (call.branch ?? this.defaultBranch(route));
		return route.run({ user: account.id, branch, query: call.query, body });
	}

	private requireRoute(call: Call): Route {
		const route = this.findRoute(call);
		if (!route) throw new HttpError(404, 'Страница не найдена.');
		return route;
	}

	private findRoute(call: Call): Route | undefined {
		const path = call.entity ?? '';
		const action = call.action ?? 'index';
		const entity = findEntity(path);
		const named = { path, action, mayGet: false };
		const special = findAction(path, action);
		if (special) {
			return {
				...named,
				isRead: special.isRead,
				run: (rest) => this.runAction(special, { ...rest, action }),
			};
		}
		if (!entity) return undefined;
		const listed = findEntity(entity.lists?.[action] ?? '');
		const { actions = crud } = entity;
		if (listed || (action === 'index' && actions.includes(action))) {
			const of = listed ?? entity;
			const run = (rest: Omit<ActionCall, 'entity' | 'action'>) =>
				this.lister.index({ ...rest, entity: of, action });
			return { ...named, isRead: true, mayGet: entity.mayGet === true, run };
		}
		const write = writes.find((name) => name === action && actions.includes(name));
		if (!write) return undefined;
		return { ...named, isRead: false, run: (rest) => this.writer[write]({ ...rest, entity, action }) };
	}

	private runAction(action: Action, call: ActionContext['call']): ApiResponse {
		const { store, settings, writer } = this;
		return action.run({ call, store, settings, writer });
	}

	/** The branch of a path that names none. */
	private defaultBranch({ path }: Route): number | null {
		const { branchless } = this.settings;
		if (branchless === 'all' || findEntity(path)?.isGlobal) return null;
		return this.store.rows('branch')[0]?.id ?? null;
	}

	private hasBranch(branch: number | null): boolean {
		return branch === null || branch === 0 || this.store.find('branch', branch) !== undefined;
	}
}
