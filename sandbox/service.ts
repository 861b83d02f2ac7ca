import type { Auth } from './auth';
import type { Call } from './call';
import { findEntity } from './entities';
import type { Entity } from './entity';
import { isObject, type JsonObject } from './json';
import type { Lister, ListCall } from './list';
import type { Settings } from './settings';
import type { Store } from './store';
import type { Writer } from './write';
import { YiiError, type Answer } from './yii';

type Action = 'index' | 'create' | 'update' | 'delete';
const actions: readonly string[] = ['index', 'create', 'update', 'delete'] satisfies Action[];

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
			return known.toAnswer();
		}
	}

	private handle(call: Call): Answer {
		const isLogin = call.entity === 'auth' && call.action === 'login' && call.branch === null;
		const target = isLogin ? undefined : this.resolve(call);
		if (call.method !== 'POST') {
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
		this.auth.authorise(account, target.entity.path, target.action);
		if (!this.hasBranch(call.branch)) return this.answerWrongBranch(call, target.action);
		return this.act(target.action, {
			entity: target.entity,
			branch: call.branch === 0 ? null : call.branch,
			query: call.query,
			body,
		});
	}

	private resolve(call: Call): { entity: Entity; action: Action } {
		const entity = findEntity(call.entity ?? '');
		const action = call.action ?? (this.settings.actionlessIndex ? 'index' : '');
		if (!entity || !actions.includes(action)) throw new YiiError(404, 'Страница не найдена.');
		return { entity, action: action as Action };
	}

	private hasBranch(branch: number | null): boolean {
		return branch === null || branch === 0 || this.store.find('branch', branch) !== undefined;
	}

	private answerWrongBranch(call: Call, action: Action): Answer {
		const { wrongBranch } = this.settings;
		if (wrongBranch === 'forbidden403') throw new YiiError(403, 'Access Denied');
		if (wrongBranch === 'empty' && action === 'index') {
			const { page = 0 } = isObject(call.json) ? call.json : {};
			return { status: 200, body: { total: 0, count: 0, page, items: [] } };
		}
		throw new YiiError(404, 'Страница не найдена.');
	}

	private act(action: Action, call: ListCall): Answer {
		return action === 'index' ? this.lister.index(call) : this.writer[action](call);
	}
}
