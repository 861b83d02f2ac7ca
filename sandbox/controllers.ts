import type { Controller } from './act';
import { bonus } from './acts/bonus';
import { calendar } from './acts/calendar';

const controllers: readonly Controller[] = [calendar, bonus];

export const findController = (path: string): Controller | undefined =>
	controllers.find((controller) => controller.path === path);
