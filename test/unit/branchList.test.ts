import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { ApiClient } from '../../nodes/AlfaCrm/api/client';
import type { ApiRequest } from '../../nodes/AlfaCrm/api/request';
import { tokenFor } from '../../nodes/AlfaCrm/api/sessions';
import { answered } from '../support/nodeErrors';
import type { ContextOptions } from './apiSupport';
import { contextOf, failed, failureOfCall } from './apiSupport';

const LIST: ApiRequest = { path: 'branch', action: 'index', task: 'list the branches', isIdempotent: true };
const ADVICE =
	"If the main branch is disabled in AlfaCRM, enter the number of another branch as 'Branch ID' in the credential.";

let accounts = 0;
const newAccount = (): IDataObject => ({ email: `user${++accounts}@school.example` });

/** An AlfaCRM that answers the list of branches in some places only, and refuses it with a status elsewhere. */
function schoolOf(open: Array<number | undefined>, status = 403, options: ContextOptions = {}) {
	const { credential = newAccount() } = options;
	const made = contextOf(
		({ url }) => {
			const [, branch] = /v2api\/(\d+)\/branch/.exec(url) ?? [];
			const isOpen = open.includes(branch === undefined ? undefined : Number(branch));
			return isOpen ? { items: [{ id: 2 }], total: 1 } : failed(answered(status));
		},
		{ ...options, credential },
	);
	const places = () => made.sent.splice(0).map(({ url }) => /v2api\/(.*)branch\/index/.exec(url)?.[1]);
	/** A client of a node whose form says this. */
	const clientOf = (form: IDataObject, isTrigger = false) =>
		new ApiClient({
			...made.context,
			...(isTrigger ? {} : { getInputData: () => [{ json: {} }] }),
			getNodeParameter: (name: string, ...rest: unknown[]) => form[name] ?? rest.at(-1),
		} as unknown as IExecuteFunctions);
	return { ...made, open, places, clientOf };
}

describe('the list of branches', () => {
	it('is asked for without a branch, and nowhere else where it answers', async () => {
		const { clientOf, places } = schoolOf([undefined]);
		await clientOf({ branchId: 2 }).request(LIST);
		expect(places()).toEqual(['']);
	});

	it.each([400, 403, 404, 405])(
		'that is refused with %i is asked for in the branch of the form, and from then on in there for the account',
		async (status) => {
			const { clientOf, places } = schoolOf([2], status);
			await expect(clientOf({ branchId: '2' }).request(LIST)).resolves.toMatchObject({ items: [{ id: 2 }] });
			expect(places().filter((place) => place === '2/')).toHaveLength(1);
			await clientOf({}).request(LIST);
			expect(places()).toEqual(['2/']);
			const stranger = schoolOf([undefined]);
			await stranger.clientOf({}).request(LIST);
			expect(stranger.places()).toEqual(['']);
		},
	);

	it('is asked for in the first branch that a trigger watches', async () => {
		const { clientOf, places } = schoolOf([3], 404);
		await clientOf({ branchIds: [3, 4] }, true).request(LIST);
		expect(places()).toEqual(['', '3/']);
	});

	it('is asked for in the branch of the credential alone, where it names one', async () => {
		const { clientOf, places } = schoolOf([3], 404, { credential: { ...newAccount(), branchId: 3 } });
		await clientOf({ branchId: 2 }).request(LIST);
		expect(places()).toEqual(['3/']);
	});

	it('is asked for without a branch again once the branch that is known refuses it', async () => {
		const { clientOf, places, open } = schoolOf([2], 404);
		await clientOf({ branchId: 2 }).request(LIST);
		places();
		open.splice(0, 1, undefined);
		await clientOf({}).request(LIST);
		await clientOf({}).request(LIST);
		expect(places()).toEqual(['2/', '', '']);
	});

	it.each([401, 500])('that fails with %i is asked for nowhere else', async (status) => {
		const { clientOf, places } = schoolOf([2], status);
		const { description } = await failureOfCall(clientOf({ branchId: 2 }), LIST);
		expect(new Set(places())).toEqual(new Set(['']));
		expect(description).not.toContain(ADVICE);
	});

	it('that is refused everywhere says what to enter in the credential, and costs one login', async () => {
		let logins = 0;
		const credential = newAccount();
		const login = {
			origin: 'https://demo.s20.online',
			email: String(credential.email),
			apiKey: '',
			appKey: '',
		};
		const logIn = async ({ token }: IDataObject) =>
			await tokenFor(
				login,
				String(token),
				async () => await Promise.resolve({ token: `token ${++logins}`, isLogin: true }),
			);
		const { clientOf, places } = schoolOf([], 403, { credential, logIn });
		const client = clientOf({ branchId: 2 });
		const { message, description, httpCode } = await failureOfCall(client, LIST);
		expect(httpCode).toBe('403');
		expect(message).toBe('AlfaCRM denied access: this user may not list the branches in branch 2');
		expect(description).toContain(ADVICE);
		expect(new Set(places())).toEqual(new Set(['', '2/']));
		expect(logins).toBe(1);
	});

	it('is no matter of other lists, nor of a form whose expression fails', async () => {
		const { client, sent } = contextOf(() => failed(answered(404)), { credential: newAccount() });
		const { description } = await failureOfCall(client, { ...LIST, path: 'company' });
		expect(description).not.toContain(ADVICE);
		expect((await failureOfCall(client, LIST)).description).toContain(ADVICE);
		expect(sent).toHaveLength(2);
	});
});
