import type { Call } from './call';
import { checkFault, type Fault } from './fault';

interface Planned {
	fault: Fault;
	skip: number;
	left: number;
}

function matches({ match = {} }: Fault, call: Call): boolean {
	const { entity, action, branch, pathContains, bodyContains } = match;
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
			this.planned.push({ fault, skip: fault.skip ?? 0, left: times === 0 ? Infinity : times });
		}
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
		const hit = this.planned.find((plan) => {
			if (!matches(plan.fault, call)) return false;
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
