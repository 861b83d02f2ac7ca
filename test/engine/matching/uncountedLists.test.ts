import { byPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 200 });
const { lead, rows, set, whole } = officeOf(school);

it.each(['missing', 'pageLength'])(
	'nobody is made twice though the list comes in another order at each request, total %s',
	async (total) => {
		set({ total, shuffle: true });
		const codes = ['Л-1', 'Л-2', 'Л-3', 'Л-4', 'Л-5', 'Л-6'];
		for (const code of codes) lead({ custom_dogovor: code });
		const before = rows('customer').length;
		for (const code of codes) {
			await whole({
				...byPhone('', { name: 'Новый Лид' }, { searchBranches: [1] }),
				...{ matchBy: 'customField', matchField: 'custom_dogovor', matchValue: code },
			});
		}
		expect(rows('customer')).toHaveLength(before);
	},
);
