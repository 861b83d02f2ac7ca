/** By how much the clock of whoever looks for a place differs from that of whoever leaves it. To be imported first. */
export const clock = { differsBy: 0 };

jest.mock('../../../nodes/AlfaCrm/api/openings', () => {
	const actual = jest.requireActual<typeof import('../../../nodes/AlfaCrm/api/openings')>(
		'../../../nodes/AlfaCrm/api/openings',
	);
	return {
		...actual,
		nextOpening: (after: number) => actual.nextOpening(after - clock.differsBy) + clock.differsBy,
	};
});
