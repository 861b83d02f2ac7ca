import { isLogin, type Call } from '../call';
import { faultPresets, type FaultPreset } from './presets';
import { checkFault, type CheckedFault, type Fault } from './schema';

interface PlannedFault {
	/** As it was asked for. */
	given: Fault;
	fault: CheckedFault;
	skip: number;
	left: number;
	/** Matching calls so far, for faults that name a number. */
	seen: number;
}

function matches({ match = {}, at }: CheckedFault, call: Call): boolean {
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
export class FaultPlan {
	private planned: PlannedFault[] = [];

	/** Adds all of them, or none where one is wrong. */
	add(...faults: Fault[]): void {
		const plans = faults.map((given): PlannedFault => {
			const fault = checkFault(given);
			const { skip = 0, times = 1 } = fault;
			return { given, fault, skip, left: times === 0 ? Infinity : times, seen: 0 };
		});
		this.planned.push(...plans);
	}

	/** The request of that number from now on, logins left out, goes wrong by that preset. */
	failRequest(number: number, preset: FaultPreset, more: Pick<Fault, 'match' | 'times'> = {}): void {
		this.add({ ...faultPresets[preset], ...more, at: number });
	}

	clear(): void {
		this.planned = [];
	}

	/** Those still to come, in the order in which they are used up. */
	list(): readonly Fault[] {
		return this.planned.map(({ given }) => given);
	}

	/** The fault that hits this call, if any: the first that matches and has nothing to let pass. */
	take(call: Call): CheckedFault | undefined {
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
