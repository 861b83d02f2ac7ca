import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20, settings: { lessonDetails: 'withCustomer' } });
const { rows, set, stopped, run } = officeOf(school);

const attended = () =>
	rows('lesson').find(({ status, customer_ids }) => status === 3 && (customer_ids as number[]).length > 2);

const sentAgain = (absent: number) => {
	const lesson = attended();
	return {
		resource: 'lesson',
		operation: 'markAttendance',
		branchId: lesson?.branch_id as number,
		id: pick(lesson?.id),
		present_ids: '',
		absent_ids: [absent],
		if_conducted: 'teach',
		additionalFields: {},
	};
};
const members = () => attended()?.customer_ids as number[];

describe('attendance that is shown in lists of one customer only', () => {
	it('is not sent again without the rows that a list did not show for a moment', async () => {
		const lesson = attended();
		let lists = 0;
		school.sandbox.onSend = ({ action }) => {
			lists += action === 'index' ? 1 : 0;
			if (lists === 3) school.sandbox.store.hide('lesson', lesson?.id as number, 'counted');
		};
		const { message } = await stopped(sentAgain(members()[1]));
		expect(message).toContain(`did not show lesson ${String(lesson?.id)}`);
		expect(school.calls()).not.toContain('lesson/teach');
	});

	it('is sent again whole where the total is always too high', async () => {
		set({ total: 'oneTooHigh' });
		await run(sentAgain(members()[1]));
		const [{ body }] = school.entries('lesson/teach');
		expect((body as { details: unknown[] }).details).toHaveLength(members().length);
	});
});
