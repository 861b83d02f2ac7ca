import type { ApiRequest } from '../../api/request';
import type { Alternative } from '../../entities/fieldTypes';

/** A call that the item itself adds its part to. */
export type ItemRequest = Omit<
	ApiRequest,
	'itemIndex' | 'isIdempotent' | 'savedBefore' | 'onSend' | 'onLost'
> & {
	/** Fields that may have to be written in another way, by their names. */
	alternatives?: Readonly<Record<string, Alternative>>;
};
