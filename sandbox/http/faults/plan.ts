import { isLogin, type Call } from '../call';
import { faultPresets, type FaultPreset } from './presets';
import { checkFault, type CheckedFault, type Fault } from './schema';

interface PlannedFault {
	/** The fault as it was added. */
	original: Fault;
	fault: CheckedFault;
	/** How many matching calls still pass untouched. */
	callsToSkip: number;
	/** How many calls the fault still hits. */
	remainingHits: number;
	/** How many matching calls have come since the fault was added. */
	matchingCalls: number;
}

/** The faults that are still to come, and the choice of the one that hits a call. */
export class FaultPlan {
	private plannedFaults: PlannedFault[] = [];

	/** Adds the faults. If one of them is wrong, it throws an InputError and adds none. */
	add(...faults: Fault[]): void {
		this.plannedFaults.push(...faults.map(makePlannedFault));
	}

	/** Lets the request with this number fail. Requests are counted from 1 from now on, without logins. */
	failRequest(number: number, preset: FaultPreset, options: Pick<Fault, 'match' | 'times'> = {}): void {
		this.add({ ...faultPresets[preset], ...options, at: number });
	}

	clear(): void {
		this.plannedFaults = [];
	}

	/** Lists the faults that are still to come, as they were added. */
	list(): readonly Fault[] {
		return this.plannedFaults.map(({ original }) => original);
	}

	/**
	 * Returns the fault that hits the call: the first one that matches it and has no more calls to
	 * skip. The call is counted for every fault that it matches.
	 */
	take(call: Call): CheckedFault | undefined {
		const matchingFaults = this.plannedFaults.filter(({ fault }) => matchesCall(fault, call));
		for (const planned of matchingFaults) {
			planned.matchingCalls += 1;
		}

		const hittingFault = findHittingFault(matchingFaults);
		if (!hittingFault) return undefined;

		hittingFault.remainingHits -= 1;
		if (hittingFault.remainingHits <= 0) {
			this.plannedFaults = this.plannedFaults.filter((planned) => planned !== hittingFault);
		}
		return hittingFault.fault;
	}
}

function makePlannedFault(original: Fault): PlannedFault {
	const fault = checkFault(original);
	const { skip = 0, times = 1 } = fault;
	return {
		original,
		fault,
		callsToSkip: skip,
		remainingHits: times === 0 ? Infinity : times,
		matchingCalls: 0,
	};
}

/** Checks whether the call has everything that the `match` of the fault names. */
function matchesCall({ match = {}, at }: CheckedFault, call: Call): boolean {
	const { entity, action, branch, pathContains, bodyContains } = match;

	// The number of a request does not count logins, unless the match may be about logins.
	const isMatchedByPath = entity !== undefined || action !== undefined || pathContains !== undefined;
	if (at !== undefined && isLogin(call) && !isMatchedByPath) return false;

	if (entity !== undefined && entity !== call.entity) return false;
	if (action !== undefined && action !== call.action) return false;
	if (branch !== undefined && branch !== call.branch) return false;
	if (pathContains !== undefined && !call.url.includes(pathContains)) return false;
	return bodyContains === undefined || call.text.includes(bodyContains);
}

/** Finds the first fault that hits the call, and counts the call as skipped by those before it. */
function findHittingFault(matchingFaults: readonly PlannedFault[]): PlannedFault | undefined {
	for (const planned of matchingFaults) {
		const { at } = planned.fault;
		if (at !== undefined) {
			if (planned.matchingCalls >= at) return planned;
		} else if (planned.callsToSkip > 0) {
			planned.callsToSkip -= 1;
		} else {
			return planned;
		}
	}
	return undefined;
}
