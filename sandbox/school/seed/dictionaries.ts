import type { Store } from '../../engine/store';
import type { JsonObject } from '../../model/json';

/** Ids of the invented school's fixtures are their places in these lists, counted from 1. */
const subjects = ['Робототехника', 'Программирование', '3D-моделирование', 'Шахматы', 'Рисование'];
const branches = ['Центральный', 'Северный', 'Заречный'];
const locations: ReadonlyArray<readonly [branch: number, name: string]> = [
	[1, 'ул. Примерная, 5'],
	[1, 'пр. Образцовый, 12'],
	[2, 'ул. Выдуманная, 3'],
	[3, 'наб. Сказочная, 1'],
];
const studyStatuses = ['Занимается', 'Пауза', 'Думает', 'Выпускник'];
const leadStatuses = ['Новый', 'Назначено пробное', 'Был на пробном', 'Ждём оплату', 'Старый этап'];
const leadSources: ReadonlyArray<readonly [code: string, name: string]> = [
	['site', 'Сайт'],
	['vk', 'ВКонтакте'],
	['friends', 'Рекомендация'],
	['event', 'Мероприятие'],
	['call', 'Звонок'],
];

/** The counts and ids that customers refer to. */
export const counts = {
	branches: branches.length,
	studyStatuses: studyStatuses.length,
	/** The last stage is switched off and keeps no leads. */
	leadStatuses: leadStatuses.length - 1,
	leadSources: leadSources.length,
	teachers: 6,
	managers: 3,
};

/** Branches, locations, subjects and the stages that customers go through. */
export function seedDictionaries(store: Store): void {
	const add = (entity: string, rows: readonly JsonObject[]) => {
		rows.forEach((row, index) => store.insert(entity, { weight: (index + 1) * 10, ...row }));
	};
	add(
		'subject',
		subjects.map((name, index) => ({ name, is_active: index === 4 ? 0 : 1 })),
	);
	add(
		'branch',
		branches.map((name, index) => ({
			name,
			is_active: index === 2 ? 0 : 1,
			subject_ids: index === 0 ? [1, 2, 3, 4] : [1, index + 1],
		})),
	);
	add(
		'location',
		locations.map(([branch_id, name]) => ({ branch_id, name, is_active: branch_id === 3 ? 0 : 1 })),
	);
	add(
		'study-status',
		studyStatuses.map((name, index) => ({ name, is_enabled: index === 3 ? 0 : 1 })),
	);
	add(
		'lead-status',
		leadStatuses.map((name, index) => ({
			name,
			is_enabled: index === leadStatuses.length - 1 ? 0 : 1,
			pipeline_id: 1,
			color: null,
		})),
	);
	add(
		'lead-source',
		leadSources.map(([code, name], index) => ({ code, name, is_enabled: index === 4 ? 0 : 1 })),
	);
}
