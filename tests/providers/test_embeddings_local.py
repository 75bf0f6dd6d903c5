import logging

import numpy
import pytest

from echo_app.providers.embeddings.local import LocalEmbedder, embed_now


async def test_vectors_have_length_one_and_come_in_order() -> None:
    vectors = numpy.asarray((await LocalEmbedder().embed_passages(["a kettle", "the weather"])).vectors)
    assert vectors.shape == (2, LocalEmbedder.dimensions)
    assert numpy.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert embed_now(["the weather"])[0] == pytest.approx(vectors[1], abs=1e-5)


async def test_what_is_near_in_meaning_is_near_in_angle() -> None:
    passages = await LocalEmbedder().embed_passages(["Delivery costs five euro.", "The cat sleeps."])
    question = await LocalEmbedder().embed_query("How much is shipping?")
    near, far = (numpy.asarray(vector) for vector in passages.vectors)
    asked = numpy.asarray(question.vectors[0])
    assert asked @ near > asked @ far + 0.1


async def test_a_text_without_words_gives_the_zero_vector() -> None:
    assert not any((await LocalEmbedder().embed_query("")).vectors[0])


async def test_many_long_texts_are_embedded_too() -> None:
    texts = [f"passage {number} " * 200 for number in range(600)]
    assert len((await LocalEmbedder().embed_passages(texts)).vectors) == 600


def test_the_root_logger_stays_as_it_was() -> None:
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    embed_now(["words"])
    assert (logging.getLogger().handlers, logging.getLogger().level) == (handlers, level)
