import { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import { buildPath, makeRequestOptions } from '../../../nodes/AlfaCrm/api/request';
import { makeAnswerError, makeNetworkError, NODE, WEB_PAGE } from '../../support/nodeErrors';
import { callAndCatchFailure, throwFailure, connectClient, READ, WRITE } from '../apiSupport';
import { NO_TOKEN } from './accountWithTokens';
import { BRANCH_ADVICE, BranchListSchool, LIST_BRANCHES } from './branchListSchool';
import { settle, stopTime } from './clock';

describe('buildPath', () => {
	it('buildPath puts the branch of the call into the path', () => {
		const path = buildPath({ branch: 1, path: 'lead-status', action: 'index' });

		expect(path).toBe('v2api/1/lead-status/index');
	});

	it('buildPath leaves the branch out of the path when the call has none', () => {
		const path = buildPath({ path: 'branch', action: 'index' });

		expect(path).toBe('v2api/branch/index');
	});
});

describe('makeRequestOptions', () => {
	const BRANCH_URL = 'https://demo.s20.online/v2api/branch/index';

	it('a request sends JSON, asks for JSON and follows no redirect, because the token must not go to another host', () => {
		const options = makeRequestOptions(BRANCH_URL, { ...READ, query: { id: 1 }, body: { page: 0 } });

		expect(options).toEqual({
			method: 'POST',
			url: BRANCH_URL,
			qs: { id: 1 },
			body: { page: 0 },
			headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
			json: true,
			timeout: 30_000,
			disableFollowRedirect: true,
		});
	});

	it('a request sends an empty JSON object when the call has no body', () => {
		const { body } = makeRequestOptions(BRANCH_URL, READ);

		expect(body).toBe('{}');
	});
});

describe('ApiClient', () => {
	it('a client has the node, the time zone and the cancel signal of the execution', () => {
		const { signal } = new AbortController();

		const { client } = connectClient(answerWithEmptyObject, { signal });

		expect(client).toMatchObject({ node: NODE, zone: 'Europe/Moscow' });
		expect(client.signal).toBe(signal);
	});

	it('a client with a deadline has the signal of the deadline, and not that of the execution', () => {
		const { context } = connectClient(answerWithEmptyObject, { signal: new AbortController().signal });
		const { signal: deadline } = new AbortController();

		const client = new ApiClient(context, deadline);

		expect(client.signal).toBe(deadline);
	});

	it('a client has no signal in a context that cannot be cancelled', () => {
		const { context } = connectClient(answerWithEmptyObject);
		delete (context as Partial<typeof context>).getExecutionCancelSignal;

		const client = new ApiClient(context);

		expect(client.signal).toBeUndefined();
	});

	it('the error of a write that AlfaCRM refuses ends with "Nothing was saved."', async () => {
		const { client } = connectClient(() => ({ success: false, errors: { name: ['is too long'] } }));

		const { description } = await callAndCatchFailure(client, WRITE);

		expect(description).toMatch(/Nothing was saved\.$/);
	});

	it('the error of a write that AlfaCRM refuses ends with the earlier writes that were saved', async () => {
		const { client } = connectClient(() => ({ success: false, errors: { name: ['is too long'] } }));

		const { description } = await callAndCatchFailure(client, {
			...WRITE,
			savedBefore: ['create the customer'],
		});

		expect(description).toMatch(/Saved before: create the customer\.$/);
	});
});

describe('ApiClient, which reads the credential', () => {
	stopTime();

	it('a client reads the credential once, although it is asked for the account twice', async () => {
		const { client, getCredentials } = connectClient(answerWithEmptyObject);

		await client.account();
		await client.account();

		expect(getCredentials).toHaveBeenCalledTimes(1);
	});

	it('a client reads the credential once for the address, and once more for the token of all calls within a second', async () => {
		const { client, getCredentials } = connectClient(answerWithEmptyList);

		await client.request(READ);
		jest.advanceTimersByTime(999);
		await client.request(READ);

		expect(getCredentials).toHaveBeenCalledTimes(2);
	});

	it('a client reads the credential again for a call that follows a second later', async () => {
		const { client, getCredentials } = connectClient(answerWithEmptyList);
		await client.request(READ);
		jest.advanceTimersByTime(1_000);

		await client.request(READ);

		// One reading is for the address, and one for each of the two calls.
		expect(getCredentials).toHaveBeenCalledTimes(3);
	});

	it('a client does not log in again for a minute after a web page has answered the login', async () => {
		const logIn = jest.fn(refuseWithWebPage);
		const { client } = connectClient(answerWithEmptyObject, { credential: { token: NO_TOKEN }, logIn });
		await callAndCatchFailure(client, READ);
		jest.advanceTimersByTime(59_000);

		await callAndCatchFailure(client, READ);

		expect(logIn).toHaveBeenCalledTimes(1);
	});

	it('a client logs in again a minute after a web page has answered the login', async () => {
		const logIn = jest.fn<unknown, []>().mockImplementationOnce(refuseWithWebPage);
		logIn.mockReturnValue({ token: 'new' });
		const { client } = connectClient(answerWithEmptyList, { credential: { token: NO_TOKEN }, logIn });
		await callAndCatchFailure(client, READ);
		jest.advanceTimersByTime(60_000);

		const answer = await client.request(READ);

		expect(answer).toEqual({ items: [] });
		expect(logIn).toHaveBeenCalledTimes(2);
	});

	it('a client reads the credential again for the next call when it could not read it for the last one', async () => {
		const { client, getCredentials } = connectClient(answerWithEmptyList);
		getCredentials.mockRejectedValueOnce(new Error('The database is busy'));
		await expect(client.request(READ)).rejects.toThrow('The database is busy');

		const answer = await client.request(READ);

		expect(answer).toEqual({ items: [] });
	});

	it.each([
		{ cause: 'an error without a code', error: new Error('The database is busy') },
		{
			cause: 'a network error',
			error: makeNetworkError('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.5:5432'),
		},
		{
			cause: 'an error of the database',
			error: makeNetworkError('57P01', 'The administrator closes the connection'),
		},
	])(
		'a client says that a write was not sent when n8n cannot read the credential because of $cause',
		async ({ error }) => {
			const { client, getCredentials, sentRequests } = connectClient(answerWithEmptyObject);
			await client.account();
			getCredentials.mockRejectedValueOnce(error);
			const onAnswerLost = jest.fn();

			const { message, description } = await callAndCatchFailure(client, { ...WRITE, onAnswerLost });

			expect(message).toBe('Could not create the customer: n8n could not prepare the request');
			expect(description).toBe(error.message);
			expect(onAnswerLost).not.toHaveBeenCalled();
			expect(sentRequests).toEqual([]);
		},
	);

	it('a client sends nothing when the hostname of the credential is not a host name', async () => {
		const { client, storedCredential, sentRequests } = connectClient(answerWithEmptyList);
		storedCredential.hostname = 'not a host';

		const call = client.request(READ);

		await expect(call).rejects.toThrow("'Hostname' is not a host name");
		expect(sentRequests).toEqual([]);
	});

	it('a client sends the next call once the user has corrected the hostname', async () => {
		const { client, storedCredential, sentRequests } = connectClient(answerWithEmptyList);
		storedCredential.hostname = 'not a host';
		await expect(client.request(READ)).rejects.toThrow("'Hostname' is not a host name");
		storedCredential.hostname = 'demo';

		await client.request(READ);

		expect(sentRequests).toHaveLength(1);
	});

	it('a client refuses a call when the credential was changed to another account during the execution', async () => {
		const { client, storedCredential, sentRequests } = connectClient(answerWithEmptyList);
		await client.request(READ);
		storedCredential.hostname = 'other';
		jest.advanceTimersByTime(1_000);

		const call = client.request(READ);

		await expect(call).rejects.toThrow('changed to another account meanwhile');
		expect(sentRequests).toHaveLength(1);
	});

	it('a client sends a call when the hostname of the same account was written in another way during the execution', async () => {
		const { client, storedCredential, sentRequests } = connectClient(answerWithEmptyList);
		await client.request(READ);
		storedCredential.hostname = 'https://demo.s20.online/company/1';
		jest.advanceTimersByTime(1_000);

		await client.request(READ);

		expect(sentRequests).toMatchObject([
			{ url: 'https://demo.s20.online/v2api/1/customer/index' },
			{ url: 'https://demo.s20.online/v2api/1/customer/index' },
		]);
	});

	it.each([
		{ hostname: 'demo', email: 'api@school.example' },
		{ hostname: ' https://DEMO.s20.online/company/1/customer ', email: ' Api@School.Example\n' },
		{ hostname: 'demo.s20.online', email: '\u200bapi@school.example\u00a0' },
	])(
		'a client names the same account for the hostname "$hostname" and the email "$email"',
		async (credential) => {
			const { client } = connectClient(answerWithEmptyObject, { credential });

			const account = await client.account();

			expect(account).toBe('https://demo.s20.online|api@school.example');
		},
	);

	it('a client names the same account when the credential has another API key', async () => {
		const { client } = connectClient(answerWithEmptyObject, { credential: { apiKey: 'another key' } });

		const account = await client.account();

		expect(account).toBe('https://demo.s20.online|api@school.example');
	});

	function refuseWithWebPage(): never {
		throw makeAnswerError(403, WEB_PAGE);
	}
});

describe('ApiClient of a cancelled execution', () => {
	it('a client sends nothing when the execution has been cancelled', async () => {
		const { client, sentRequests } = connectClient(answerWithEmptyObject, { signal: AbortSignal.abort() });

		const { message, description } = await callAndCatchFailure(client, WRITE);

		expect(message).toBe('The execution was cancelled');
		expect(description).toBe('');
		expect(sentRequests).toEqual([]);
	});

	it('a client sends nothing when the execution is cancelled while n8n reads the credential', async () => {
		const execution = new AbortController();
		const { client, sentRequests, storedCredential, getCredentials } = connectClient(answerWithEmptyObject, {
			signal: execution.signal,
		});
		await client.account();
		getCredentials.mockImplementationOnce(async () => {
			execution.abort();
			return await Promise.resolve({ ...storedCredential });
		});
		const onAnswerLost = jest.fn();

		const { message, description } = await callAndCatchFailure(client, { ...WRITE, onAnswerLost });

		expect(message).toBe('The execution was cancelled');
		expect(description).toBe('');
		expect(sentRequests).toEqual([]);
		expect(onAnswerLost).not.toHaveBeenCalled();
	});

	it('a client says that AlfaCRM may have carried out a write when the execution is cancelled during the call', async () => {
		const { client } = connectClient(() => throwFailure(makeNetworkError('ERR_CANCELED', 'canceled')));

		const { description } = await callAndCatchFailure(client, WRITE);

		expect(description).toContain('may have carried it out');
	});

	it('a client ends the request under way when its deadline comes', async () => {
		const deadline = new AbortController();
		const { context, sentRequests } = connectClient(() => abortAndHang(deadline));
		const client = new ApiClient(context, deadline.signal);

		const { message } = await callAndCatchFailure(client, READ);

		expect(message).toBe('The execution was cancelled');
		expect(sentRequests[0].signal?.aborted).toBe(true);
	});

	it('a client sends nothing after its deadline', async () => {
		const deadline = new AbortController();
		const { context, sentRequests } = connectClient(() => abortAndHang(deadline));
		const client = new ApiClient(context, deadline.signal);
		await callAndCatchFailure(client, READ);

		const { message } = await callAndCatchFailure(client, READ);

		expect(message).toBe('The execution was cancelled');
		expect(sentRequests).toHaveLength(1);
	});

	/** Lets the deadline come while the call is under way, and never answers the call. */
	async function abortAndHang(deadline: AbortController): Promise<never> {
		deadline.abort();
		return await neverAnswer();
	}
});

describe('ApiClient, when AlfaCRM does not answer', () => {
	stopTime();

	it('a client ends a write after 30 seconds without an answer, and reports the lost answer', async () => {
		const { client, sentRequests } = connectClient(neverAnswer);
		const onAnswerLost = jest.fn();

		const { message, description } = await settle(callAndCatchFailure(client, { ...WRITE, onAnswerLost }));

		expect(performance.now()).toBe(30_000);
		expect(message).toBe(
			'demo.s20.online did not answer within 30 seconds, when asked to create the customer',
		);
		expect(description).toContain('AlfaCRM may have carried it out all the same');
		expect(onAnswerLost.mock.calls).toEqual([[30_000]]);
		expect(sentRequests).toHaveLength(1);
		expect(sentRequests[0].signal?.aborted).toBe(true);
	});

	it('a client sends a read once more when AlfaCRM does not answer', async () => {
		const { client, sentRequests } = connectClient(neverAnswer);

		await settle(callAndCatchFailure(client, READ));

		expect(sentRequests).toHaveLength(2);
	});

	it('a client ends a login after 10 seconds without an answer', async () => {
		const credential = { token: NO_TOKEN, email: 'no-login@school.example' };
		const { client, sentRequests } = connectClient(answerWithEmptyObject, { credential, logIn: neverAnswer });

		const { message } = await settle(callAndCatchFailure(client, WRITE));

		expect(message).toBe(
			'demo.s20.online did not answer within 10 seconds. Try again later, or check the network that n8n runs in.',
		);
		expect(sentRequests).toEqual([]);
	});
});

describe('ApiClient, when AlfaCRM repeats a secret in its error', () => {
	const SECRETS = [
		{ name: 'token', secret: 'of-the-test' },
		{ name: 'API key', secret: 'the key of a user' },
		{ name: 'app key', secret: 'the key of the app' },
	];
	const credential = { apiKey: 'the key of a user', appKey: 'the key of the app' };

	it.each(SECRETS)(
		'a client hides the $name when AlfaCRM repeats it in an error with HTTP 400',
		async ({ secret }) => {
			const { client } = connectClient(() => throwFailure(makeAnswerError(400, errorThatRepeats(secret))), {
				credential,
			});

			const { message, description } = await callAndCatchFailure(client, WRITE);

			expect(`${message} ${description}`).toContain('It has seen …, and says …');
		},
	);

	it.each(SECRETS)(
		'a client hides the $name when AlfaCRM repeats it in an error with HTTP 404',
		async ({ secret }) => {
			const { client } = connectClient(() => throwFailure(makeAnswerError(404, errorThatRepeats(secret))), {
				credential,
			});

			const { message, description } = await callAndCatchFailure(client, WRITE);

			expect(`${message} ${description}`).toContain('It has seen …, and says …');
		},
	);

	it.each(SECRETS)(
		'a client hides the $name when AlfaCRM repeats it in an error with HTTP 200',
		async ({ secret }) => {
			const { client } = connectClient(() => errorThatRepeats(secret), { credential });

			const { message, description } = await callAndCatchFailure(client, WRITE);

			expect(`${message} ${description}`).toContain('It has seen …, and says …');
		},
	);

	function errorThatRepeats(secret: string) {
		return { name: 'Exception', message: `It has seen ${secret}, and says ${secret}`, status: 400 };
	}
});

describe('ApiClient, asked for the list of branches', () => {
	stopTime({ random: () => 0 });

	it('a client asks for the list of branches once, without a branch, when AlfaCRM answers', async () => {
		const school = new BranchListSchool();
		school.answerWithoutBranch();

		await school.listBranchesInNode({ branchId: 2 });

		expect(school.readPaths()).toEqual(['v2api/branch/index']);
	});

	it('a trigger asks for the list of branches in its first branch when AlfaCRM refuses the call without a branch', async () => {
		const school = new BranchListSchool({ status: 404 });
		school.answerInBranch(3);

		await school.listBranchesInTrigger({ branchIds: [3, 4] });

		expect(school.readPaths()).toEqual(['v2api/branch/index', 'v2api/3/branch/index']);
	});

	it.each([400, 403, 404, 405])(
		'a node asks for the list of branches in the branch of the form when AlfaCRM refuses the call without a branch with HTTP %i',
		async (status) => {
			const school = new BranchListSchool({ status });
			school.answerInBranch(2);

			const answer = await school.listBranchesInNode({ branchId: '2' });

			expect(answer).toEqual({ items: [{ id: 2 }], total: 1 });
			expect(school.readPaths()).toEqual(['v2api/branch/index', 'v2api/2/branch/index']);
			expect(school.logIn).not.toHaveBeenCalled();
		},
	);

	it('a node asks for the list of branches only in the branch of the credential when the credential names one', async () => {
		const school = new BranchListSchool({ status: 404, credentialBranch: 3 });
		school.answerInBranch(3);

		await school.listBranchesInNode({ branchId: 2 });

		expect(school.readPaths()).toEqual(['v2api/3/branch/index']);
	});

	it('a node does not ask for the list of branches in the branch of the form after HTTP 500', async () => {
		const school = new BranchListSchool({ status: 500 });
		school.answerInBranch(2);

		const { description } = await school.expectFailureInNode({ branchId: 2 });

		expect(school.readPaths()).toEqual(['v2api/branch/index']);
		expect(description).not.toContain(BRANCH_ADVICE);
	});

	it('a node asks for the list of branches again only with new tokens after HTTP 401', async () => {
		const school = new BranchListSchool({ status: 401 });
		school.answerInBranch(2);

		const { description } = await school.expectFailureInNode({ branchId: 2 });

		expect(school.readPaths()).toEqual([
			'v2api/branch/index',
			'v2api/branch/index',
			'v2api/branch/index',
			'v2api/branch/index',
		]);
		expect(description).not.toContain(BRANCH_ADVICE);
	});

	it('a node logs in once and advises to enter a branch in the credential when AlfaCRM refuses the list of branches everywhere', async () => {
		const school = new BranchListSchool({ status: 403 });

		const { message, description, httpCode } = await school.expectFailureInNode({ branchId: 2 });

		expect(httpCode).toBe('403');
		expect(message).toBe('AlfaCRM denied access: this user may not list the branches in branch 2');
		expect(description).toContain(BRANCH_ADVICE);
		expect(school.readPaths()).toEqual([
			'v2api/branch/index',
			'v2api/2/branch/index',
			'v2api/2/branch/index',
		]);
		expect(school.logIn).toHaveBeenCalledTimes(1);
	});

	it('a client advises to enter a branch in the credential when it cannot read the branch of the form', async () => {
		const { client, sentRequests } = connectClient(() => throwFailure(makeAnswerError(404)));

		const { description } = await callAndCatchFailure(client, LIST_BRANCHES);

		expect(description).toContain(BRANCH_ADVICE);
		expect(sentRequests).toHaveLength(1);
	});

	it('a client does not advise to enter a branch in the credential when AlfaCRM refuses another list', async () => {
		const { client, sentRequests } = connectClient(() => throwFailure(makeAnswerError(404)));

		const { description } = await callAndCatchFailure(client, { ...LIST_BRANCHES, path: 'company' });

		expect(description).not.toContain(BRANCH_ADVICE);
		expect(sentRequests).toHaveLength(1);
	});

	it.each([400, 403, 404, 405])(
		'a node asks for the list of branches three times without a branch, and then gives up, when a web page answers with HTTP %i',
		async (status) => {
			const school = new BranchListSchool({ status, body: WEB_PAGE });
			school.answerInBranch(2);

			const { message, description } = await school.expectFailureInNode({ branchId: 2 });

			expect(school.readPaths()).toEqual(['v2api/branch/index', 'v2api/branch/index', 'v2api/branch/index']);
			expect(message).toContain('answered with a web page');
			expect(description).not.toContain(BRANCH_ADVICE);
		},
	);
});

function answerWithEmptyList() {
	return { items: [] };
}

function answerWithEmptyObject() {
	return {};
}

async function neverAnswer(): Promise<never> {
	return await new Promise<never>(() => {});
}
