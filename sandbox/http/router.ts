import type { Action, ActionContext } from '../engine/action';
import type { ActionCall } from '../engine/call';
import type { Lister } from '../engine/list';
import type { Store } from '../engine/store';
import type { Writer } from '../engine/write';
import type { Entity } from '../model/entity';
import { HttpError, type ApiResponse } from '../model/httpError';
import { isObject, type JsonObject } from '../model/json';
import type { Settings } from '../model/settings';
import { findAction } from '../school/actions';
import { findEntity } from '../school/entities';
import type { Auth } from './auth';
import { isLogin, type Call } from './call';

const writeActions = ['create', 'update', 'delete'] as const;

/** The actions of an entity that declares none. */
const defaultActions: readonly string[] = ['index', ...writeActions];

/** The part of a call that its path does not decide. */
type CallData = Omit<ActionCall, 'entity' | 'action'>;

/** An action of the API that a path leads to. */
interface Route {
	path: string;
	action: string;
	/** The action changes nothing. */
	isRead: boolean;
	mayGet: boolean;
	run: (data: CallData) => ApiResponse;
}

/** Finds the action that a call names, checks whether the user may run it, and runs it. */
export class Router {
	constructor(
		private readonly settings: Settings,
		private readonly store: Store,
		private readonly auth: Auth,
		private readonly lister: Lister,
		private readonly writer: Writer,
	) {}

	/** Answers a call. An error becomes the answer that AlfaCRM gives to it. */
	handle(call: Call): ApiResponse {
		try {
			return this.dispatch(call);
		} catch (error) {
			const httpError = error instanceof HttpError ? error : new HttpError(500, String(error));
			return httpError.toResponse();
		}
	}

	/** Checks whether the call only reads, so that the server may run it more than once. */
	isRead(call: Call): boolean {
		return this.findRoute(call)?.isRead === true;
	}

	/** Runs the action of a call after the checks of AlfaCRM, in the order in which AlfaCRM makes them. */
	private dispatch(call: Call): ApiResponse {
		const route = isLogin(call) ? undefined : this.getRoute(call);
		checkMethod(call, route);
		this.auth.checkAppKey(call.headers['x-app-key']);
		const body = readBody(call);
		if (!route) return this.auth.login(body, call.at);

		const account = this.auth.authenticate(call.headers['x-alfacrm-token'], call.at);
		this.auth.authorize(account, route.path, route.action, call.branch);
		this.checkBranch(call, route);
		const branch = this.readBranch(call, route);
		return route.run({ user: account.id, branch, query: call.query, body });
	}

	private getRoute(call: Call): Route {
		const route = this.findRoute(call);
		if (!route) throw new HttpError(404, 'Страница не найдена.');
		return route;
	}

	/** Finds the action that a path leads to: one of its own, such as `lesson/teach`, or one of an entity. */
	private findRoute(call: Call): Route | undefined {
		const path = call.entity ?? '';
		const name = call.action ?? 'index';
		const action = findAction(path, name);
		if (action) return this.makeActionRoute(path, name, action);

		const entity = findEntity(path);
		return entity && this.findEntityRoute(entity, name);
	}

	private makeActionRoute(path: string, name: string, action: Action): Route {
		return {
			path,
			action: name,
			isRead: action.isRead,
			mayGet: false,
			run: (data) => this.runAction(action, { ...data, action: name }),
		};
	}

	/** Finds a list or a write of an entity. Some entities have further lists, such as those of `cgi`. */
	private findEntityRoute(entity: Entity, action: string): Route | undefined {
		const { path, actions = defaultActions, mayGet = false } = entity;
		const furtherListedEntity = findEntity(entity.lists?.[action] ?? '');
		const isIndex = action === 'index' && actions.includes('index');
		const listedEntity = furtherListedEntity ?? (isIndex ? entity : undefined);
		if (listedEntity) {
			const run = (data: CallData) => this.lister.index({ ...data, entity: listedEntity, action });
			return { path, action, isRead: true, mayGet, run };
		}

		const writeAction = writeActions.find((name) => name === action && actions.includes(name));
		if (!writeAction) return undefined;
		const run = (data: CallData) => this.writer[writeAction]({ ...data, entity, action });
		return { path, action, isRead: false, mayGet: false, run };
	}

	private runAction(action: Action, call: ActionContext['call']): ApiResponse {
		const { store, settings, writer } = this;
		return action.run({ call, store, settings, writer });
	}

	/** Checks whether the branch exists, and whether the list of branches may be read without one. */
	private checkBranch({ branch }: Call, { path, action }: Route): void {
		const isBranchList = path === 'branch' && action === 'index';
		if (isBranchList && branch === null && this.settings.mainBranch === 'off') {
			throw new HttpError(403, 'Access Denied');
		}

		const isMissing = branch !== null && branch !== 0 && !this.store.find('branch', branch);
		if (isMissing) throw new HttpError(404, 'Страница не найдена.');
	}

	/**
	 * Reads the branch of a call; null for all branches, which a path can name as branch 0. A path
	 * without a branch means all branches, or the first one if the setting `branchless` says so.
	 */
	private readBranch(call: Call, { path }: Route): number | null {
		if (call.branch === 0) return null;
		if (call.branch !== null) return call.branch;
		if (this.settings.branchless === 'all' || findEntity(path)?.isGlobal) return null;

		const [firstBranch] = this.store.rows('branch');
		return firstBranch?.id ?? null;
	}
}

/** Every action takes POST, and a few lists take GET as well. */
function checkMethod({ method }: Call, route: Route | undefined): void {
	const isAllowed = method === 'POST' || (method === 'GET' && route?.mayGet === true);
	if (isAllowed) return;

	const message = 'Method Not Allowed. This URL can only handle the following request methods: POST.';
	throw new HttpError(405, message, { allow: 'POST' });
}

function readBody({ json }: Call): JsonObject {
	if (json === undefined) throw new HttpError(400, 'Invalid JSON data in request body: Syntax error.');
	return isObject(json) ? json : {};
}
