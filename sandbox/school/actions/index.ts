import type { Controller } from '../../engine/action';
import { bonus } from './bonus';
import { calendar } from './calendar';

const controllers: readonly Controller[] = [calendar, bonus];

export const findController = (path: string): Controller | undefined =>
	controllers.find((controller) => controller.path === path);
