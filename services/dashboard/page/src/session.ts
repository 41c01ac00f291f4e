// Who is logged in, and what that person may do. The service decides; this only spares buttons that would be refused.
import {ask, type Session} from './api';
import {store} from './store';

export const session = store<Session | null>(null);

export const mayDecide = (of: Session | null): boolean => of?.role === 'manager' || of?.role === 'administrator';

export async function learnSession(): Promise<void> {
	session.set(await ask<Session>('/api/v1/session').catch(() => null));
}
