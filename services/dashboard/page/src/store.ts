// A value that parts of the page look at; they are drawn anew when it changes.
import {useEffect, useState} from 'preact/hooks';

export interface Store<T> {
	get(): T;
	set(value: T): void;
	on(hear: () => void): () => void;
}

export function store<T>(first: T): Store<T> {
	let value = first;
	const hearers = new Set<() => void>();
	return {
		get: () => value,
		set(next) {
			if (next === value) return;
			value = next;
			for (const hear of [...hearers]) hear();
		},
		on(hear) {
			hearers.add(hear);
			return () => hearers.delete(hear);
		},
	};
}

export function useStore<T>(of: Store<T>): T {
	const [, again] = useState(0);
	useEffect(() => {
		const seen = of.get();
		const off = of.on(() => again(n => n + 1));
		if (of.get() !== seen) again(n => n + 1);
		return off;
	}, [of]);
	return of.get();
}
