import type { JsonObject } from '../../../sandbox';
import { makeHttpFailure } from '../support/directSchool';
import type { PolledSchool } from '../support/polledSchool';
import { interceptCalls, isCallOfBranch } from '../support/polledSchool';

interface Call {
	url: string;
	body?: JsonObject;
}

/** Lets AlfaCRM answer the calls that `isFailing` chooses with an HTTP status from now on. */
function failCalls(school: PolledSchool, isFailing: (call: Call) => boolean, status: number): void {
	interceptCalls(school, async (call, askAlfaCrm) => {
		if (isFailing(call)) {
			throw makeHttpFailure(status);
		}
		return await askAlfaCrm();
	});
}

/** Lets AlfaCRM answer all calls to a branch with an HTTP status from now on. */
export function failBranch(school: PolledSchool, branch: number, status = 500): void {
	failCalls(school, (call) => isCallOfBranch(call, branch), status);
}

/** Lets AlfaCRM answer 500 to a list, such as "customer", from now on. */
export function failList(school: PolledSchool, path: string): void {
	failCalls(school, ({ url }) => url.endsWith(`/${path}/index`), 500);
}

/** Lets AlfaCRM answer 500 to every request for one record from now on. */
export function failRecord(school: PolledSchool, path: string, id: number): void {
	failCalls(school, ({ url, body }) => url.endsWith(`/${path}/index`) && body?.id === id, 500);
}

/** Lets AlfaCRM answer every call again. */
export function answerEverything(school: PolledSchool): void {
	interceptCalls(school, async (_call, askAlfaCrm) => await askAlfaCrm());
}

/** Lets AlfaCRM answer 500 to every call from now on. */
export function failEverything(school: PolledSchool): void {
	failCalls(school, () => true, 500);
}
