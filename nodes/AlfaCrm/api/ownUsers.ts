import { lruSet } from './bounded';

const MAX_ACCOUNTS = 500;

/** The numbers that users have in AlfaCRM, which stay the same, by `ApiClient.account()`. */
const users = new Map<string, number>();

/** The number of the user of a login, looked for once for as long as the process lives; again if it was not found. */
export async function ownUser(
	account: string,
	find: () => Promise<number | undefined>,
): Promise<number | undefined> {
	const user = users.get(account) ?? (await find());
	if (user !== undefined) lruSet(users, account, user, MAX_ACCOUNTS);
	return user;
}
