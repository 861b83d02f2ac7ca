/** A user of the CRM with a key for the API. All of them are invented. */
export interface Account {
	id: number;
	email: string;
	apiKey: string;
	/** The role has the `v2api` module; without it one can log in and nothing else. */
	hasApi: boolean;
	/** Calls refused to the role, as `entity/action`. */
	denied: readonly string[];
}

/** Keys look like UUIDs. */
const inventKey = (n: number): string => `0a1fac00-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const admin: Account = {
	id: 1,
	email: 'admin@school.example',
	apiKey: inventKey(1),
	hasApi: true,
	denied: [],
};

export const noRights: Account = {
	id: 2,
	email: 'guest@school.example',
	apiKey: inventKey(2),
	hasApi: false,
	denied: [],
};

export const noSubjects: Account = {
	id: 3,
	email: 'manager@school.example',
	apiKey: inventKey(3),
	hasApi: true,
	denied: ['subject/create', 'subject/update', 'subject/delete'],
};

export const accounts: readonly Account[] = [admin, noRights, noSubjects];
