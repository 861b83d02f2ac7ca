import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { ProcessedDataTable } from '../../support/processedData';
import { settle } from '../../unit/api/clock';
import { SmallSchool } from '../../unit/operations/school';

export const FIRST_DAY = '2031-03-10';

/** Two teachers, who work from 10:00 to 14:00 each day and teach chess. */
export const PETROV = 1;
export const SIDOROVA = 2;

const CHESS = 1;
const TRIAL_LESSON = 3;
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

interface Network {
	/** The time of a call to AlfaCRM and back, in milliseconds. */
	latency: number;
	/** The number of n8n workers. Two workers share n8n's database and nothing else. */
	workers: number;
	/** Gives numbers from 0 to below 1, for all delays. */
	random: () => number;
}

let schoolCount = 0;

/**
 * A school in which n8n books lessons for two people at the same moment. It has two teachers of chess, who
 * work from 10:00 to 14:00.
 */
export class SharedSchool extends SmallSchool {
	private readonly database = new ProcessedDataTable();
	/** Workers know locks and accounts by name, so the workers of each school have names of their own. */
	private readonly name = `booking-${(schoolCount += 1)}`;

	constructor(private readonly network: Network) {
		super();
		this.addRecord('subject', { id: CHESS, name: 'Шахматы' });
		this.addRecord('lesson-type', { id: TRIAL_LESSON, name: 'Пробный' });
		this.addTeacher(PETROV, 'Петров Лев');
		this.addTeacher(SIDOROVA, 'Сидорова Ева');
		this.addEveningLessonOfBothTeachers();

		// A call takes half of the latency to AlfaCRM, and its answer the other half.
		const travelOneWay = async () => await sleep((network.latency / 2) * (0.8 + network.random() * 0.4));
		this.onCall = async () => await travelOneWay();
		this.beforeLateAnswer = travelOneWay;
	}

	/** Runs two forms and returns both outcomes. The second one starts at the same moment or a little later. */
	async runTogether(first: IDataObject, second: IDataObject) {
		const { latency, workers, random } = this.network;
		const startsAtOnce = random() < 0.3;
		const delay = startsAtOnce ? 0 : random() * latency * 3;
		const workerOfSecond = workers === 1 ? 0 : 1;
		const runSecond = async () => {
			await sleep(delay);
			return await this.runInWorker(workerOfSecond, second);
		};
		return await settle(Promise.all([this.runInWorker(0, first), runSecond()]));
	}

	/** Lists the lessons as texts of their start and teacher, such as "2031-03-10 11:00:00, teacher 1". */
	listLessons(): string[] {
		const lessons = this.readRecords('lesson');
		return lessons.map(
			({ time_from, teacher_ids }) => `${String(time_from)}, teacher ${String(teacher_ids)}`,
		);
	}

	/** Runs a form in one of the n8n workers, which shares the database with the others. */
	private async runInWorker(worker: number, form: IDataObject) {
		const name = `${this.name}-${worker}`;
		const latency = () => 1 + this.network.random() * 8;
		return await this.runToEnd(form, {
			saved: { workflow: name, processedData: this.database.makeHelpers({ latency }) },
			// A process keeps what it knows by account, so another email stands for another process.
			credential: { hostname: 'demo', email: `${name}@school.example` },
		});
	}

	/** Adds a teacher who works every day from 10:00 to 14:00. */
	private addTeacher(id: number, name: string): void {
		this.addRecord('teacher', { id, name, branch_ids: [1] });
		for (const weekday of WEEKDAYS) {
			this.addRecord('working-hour', {
				teacher_id: id,
				branch_id: 1,
				weekday,
				time_from: '10:00',
				time_to: '14:00',
			});
		}
	}

	/**
	 * Adds a lesson of chess in the evening, so that the node learns who teaches chess. It takes no working
	 * hours.
	 */
	private addEveningLessonOfBothTeachers(): void {
		this.addRecord('regular-lesson', {
			branch_id: 1,
			subject_id: CHESS,
			teacher_ids: [PETROV, SIDOROVA],
			day: 7,
			time_from_v: '20:00',
			time_to_v: '21:00',
			b_date: FIRST_DAY,
			e_date: FIRST_DAY,
		});
	}
}

/** Makes the form of Book for an hour of chess with Petrov at 11:00 of a day. */
export function bookAtElevenForm(customer: number, day: string): IDataObject {
	return bookingForm(customer, { when: 'time', lesson_date: day, time_from: '11:00' });
}

/**
 * Makes the form of Book for the first free hour of chess with one of the teachers. Without teachers, anyone
 * who teaches chess will do.
 */
export function bookFirstFreeForm(
	customer: number,
	{ teachers, from, to }: { teachers: number[]; from: string; to: string },
): IDataObject {
	return bookingForm(customer, {
		when: 'firstFree',
		lesson_date: from,
		date_to: to,
		teacher_ids: teachers,
		options: { step: 60 },
	});
}

/** Makes the form of Book for an hour of chess, with parameters that say when and with whom. */
function bookingForm(customer: number, parameters: IDataObject): IDataObject {
	return {
		resource: 'lesson',
		operation: 'book',
		branchId: 1,
		customer_ids: String(customer),
		teacher_ids: [PETROV],
		subject_id: CHESS,
		lesson_type_id: TRIAL_LESSON,
		duration: 60,
		additionalFields: {},
		options: {},
		...parameters,
	};
}
