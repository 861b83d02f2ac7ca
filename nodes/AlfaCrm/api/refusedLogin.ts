import type { ApiFailure } from './failures';
import type { Login } from './session';

/**
 * After a login that a web page answered, no other login is tried for this long: a firewall that
 * stopped the login of one item stops the logins of all other items too.
 */
const WEB_PAGE_PAUSE_MS = 60_000;

/** Remembers a login that was refused, because each of many items would try it again. */
export class RefusedLogin {
	private refused?: {
		/** The login as JSON. */
		login: string;
		failure: ApiFailure;
		/** Until when the login is not tried again, by `performance.now()`. */
		until: number;
	};

	/** Whether any login has been refused. */
	get exists(): boolean {
		return this.refused !== undefined;
	}

	/** Returns why a login was refused, as long as it must not be tried again. */
	findFailure(login: Login): ApiFailure | undefined {
		const { refused } = this;
		if (refused === undefined || refused.login !== JSON.stringify(login)) return undefined;

		return performance.now() < refused.until ? refused.failure : undefined;
	}

	/** Notes the failure of a call, if its login was refused and would be refused again. */
	noteFailure(failure: ApiFailure, login: Login | undefined): void {
		if (failure.kind !== 'login' || login === undefined) return;
		// The failure is the one that was noted before, and must not prolong the pause.
		if (this.findFailure(login) !== undefined) return;

		const { declaredCause, isFromIntermediary = false } = failure;
		// AlfaCRM accepts such a login only after the user has corrected the credential.
		const isLasting =
			declaredCause === 'credential-invalid' || declaredCause === 'configuration-invalid';
		if (!isLasting && !isFromIntermediary) return;

		const until = isLasting ? Infinity : performance.now() + WEB_PAGE_PAUSE_MS;
		this.refused = { login: JSON.stringify(login), failure, until };
	}
}
