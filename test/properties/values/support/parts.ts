import type { Situation } from './situations';

/** What one file of tests is about, so that several can run side by side, and how many values it puts in. */
export interface Part {
	isMeant: (situation: Situation) => boolean;
	/** Fewer would mean that something is no longer tried. */
	atLeast: number;
}

const USUAL = ['create', 'delete', 'find', 'get', 'getAll', 'update'];
const TEACHING = ['lesson', 'regularLesson', 'group', 'cgi', 'teacher'];
const isCustomer = ({ resource }: Situation): boolean => resource === 'customer';

export const parts = {
	customers: {
		isMeant: (situation) => isCustomer(situation) && USUAL.includes(situation.operation),
		atLeast: 14_000,
	},
	upsert: {
		isMeant: (situation) => isCustomer(situation) && situation.operation === 'upsert',
		atLeast: 6_500,
	},
	jobs: {
		isMeant: (situation) => isCustomer(situation) && ![...USUAL, 'upsert'].includes(situation.operation),
		atLeast: 8_000,
	},
	teaching: { isMeant: ({ resource }) => TEACHING.includes(resource), atLeast: 28_000 },
	others: {
		isMeant: ({ resource }) => resource !== 'customer' && !TEACHING.includes(resource),
		atLeast: 26_000,
	},
} satisfies Record<string, Part>;
