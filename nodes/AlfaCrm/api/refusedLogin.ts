import type { ApiFailure } from './failures';
import type { Login } from './session';

/**
 * After a login that an intermediary answered, usually a firewall with a web page, no login is
 * tried for this long: the firewall would stop the logins of all other items too.
 */
const INTERMEDIARY_PAUSE_MS = 60_000;

/**
 * Remembers a login that AlfaCRM refused or that an intermediary answered. Otherwise each of many
 * items would try the login again.
 */
export class RefusedLogin {
	private refused?: {
		/** The login as JSON. */
		login: string;
		failure: ApiFailure;
		/** Until when the login is not tried again, by `performance.now()`. */
		until: number;
	};

	/** Whether a refused login is remembered. */
	get hasRefusedLogin(): boolean {
		return this.refused !== undefined;
	}

	/** Returns the failure of a login that must not be tried again yet; undefined for any other. */
	findFailure(login: Login): ApiFailure | undefined {
		const { refused } = this;
		const wasLoginRefused = refused?.login === JSON.stringify(login);
		if (!wasLoginRefused) return undefined;

		const mustNotBeTried = performance.now() < refused.until;
		return mustNotBeTried ? refused.failure : undefined;
	}

	/**
	 * Remembers the failure of a call if its login failed and would fail again: for ever if the
	 * credential is wrong, and for a minute if an intermediary, such as a firewall, answered.
	 */
	rememberIfLoginFailed(failure: ApiFailure, login: Login | undefined): void {
		const hasLoginFailed = failure.kind === 'login' && login !== undefined;
		if (!hasLoginFailed) return;

		// The login was not even tried, because of an earlier failure. This must not prolong the pause.
		const isPaused = this.findFailure(login) !== undefined;
		if (isPaused) return;

		const { loginFailureCause: cause, isFromIntermediary = false } = failure;
		const isCredentialWrong = cause === 'credential-invalid' || cause === 'configuration-invalid';
		const mayNextLoginSucceed = !isCredentialWrong && !isFromIntermediary;
		if (mayNextLoginSucceed) return;

		const until = isCredentialWrong ? Infinity : performance.now() + INTERMEDIARY_PAUSE_MS;
		this.refused = { login: JSON.stringify(login), failure, until };
	}
}
