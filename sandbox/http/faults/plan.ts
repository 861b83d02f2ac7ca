import { isLogin, type Call } from '../request';
import { checkFault, type Fault } from './schema';

/** Ways in which one request of many can go wrong, for tests that try each of them at each request. */
export const failureWays = {
	/** The server has acted, and the answer does not arrive. */
	lostAfter: { kind: 'reset', when: 'after' },
	/** The connection breaks before the server has acted. */
	lostBefore: { kind: 'reset', when: 'before' },
	/** The server has acted, and half of the answer arrives. */
	cutAfter: { kind: 'resetMidAnswer', when: 'after' },
	status500: { kind: 'status', status: 500 },
	status500After: { kind: 'status', status: 500, when: 'after' },
	status403: { kind: 'status', status: 403, message: 'Access Denied' },
	status401: { kind: 'status', status: 401, message: 'Your request was made with invalid credentials.' },
	body401: {
		kind: 'status',
		status: 401,
		httpStatus: 200,
		message: 'Your request was made with invalid credentials.',
	},
	tooMany: { kind: 'tooMany' },
	refused: { kind: 'successFalse' },
	html502: { kind: 'html', status: 502 },
	emptyItems: { kind: 'emptyItems' },
	delayed: { kind: 'delay', ms: 50, when: 'after' },
	hangsAfter: { kind: 'hang', when: 'after' },
} as const satisfies Record<string, Fault>;
export type FailureWay = keyof typeof failureWays;

interface Planned {
	fault: Fault;
	skip: number;
	left: number;
	/** Matching calls so far, for faults that name a number. */
	seen: number;
}

function matches({ match = {}, at }: Fault, call: Call): boolean {
	const { entity, action, branch, pathContains, bodyContains } = match;
	const isNamed = entity !== undefined || action !== undefined || pathContains !== undefined;
	if (at !== undefined && isLogin(call) && !isNamed) return false;
	return (
		(entity === undefined || entity === call.entity) &&
		(action === undefined || action === call.action) &&
		(branch === undefined || branch === call.branch) &&
		(pathContains === undefined || call.url.includes(pathContains)) &&
		(bodyContains === undefined || call.text.includes(bodyContains))
	);
}

/** What is planned to go wrong. */
export class Faults {
	private planned: Planned[] = [];

	add(...faults: Fault[]): void {
		for (const fault of faults) {
			checkFault(fault);
			const times = fault.times ?? 1;
			this.planned.push({
				fault,
				skip: fault.skip ?? 0,
				left: times === 0 ? Infinity : times,
				seen: 0,
			});
		}
	}

	/** The request of that number from now on, logins left out, goes wrong in that way. */
	failRequest(number: number, way: FailureWay, more: Pick<Fault, 'match' | 'times'> = {}): void {
		this.add({ ...failureWays[way], ...more, at: number });
	}

	clear(): void {
		this.planned = [];
	}

	/** Those still to come, in the order in which they are used up. */
	list(): readonly Fault[] {
		return this.planned.map(({ fault }) => fault);
	}

	/** The fault that hits this call, if any: the first that matches and has nothing to let pass. */
	take(call: Call): Fault | undefined {
		const matching = this.planned.filter(({ fault }) => matches(fault, call));
		for (const plan of matching) plan.seen += 1;
		const hit = matching.find((plan) => {
			if (plan.fault.at !== undefined) return plan.seen >= plan.fault.at;
			if (plan.skip === 0) return true;
			plan.skip -= 1;
			return false;
		});
		if (!hit) return undefined;
		hit.left -= 1;
		if (hit.left <= 0) this.planned = this.planned.filter((plan) => plan !== hit);
		return hit.fault;
	}
}
